// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Cli.Parsing;
using OciRuntime.Cli.Text;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Commands;

internal sealed class ListCommand : Verb
{
    private readonly Option<string> _format = Flags.Value("--format", "FORMAT", "table (default) or json", "-f");
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "ids only", "-q");

    internal ListCommand()
        : base("list", "list the containers below the root")
    {
        Options.Add(_format);
        Options.Add(_quiet);
    }

    internal override (int Minimum, int Maximum) Positionals => (0, 0);

    internal override int Run(Invocation call)
    {
        string format = call.Arguments.ValueOf(_format) ?? "table";
        if (format is not ("table" or "json"))
        {
            throw new CommandException("invalid format option");
        }

        ImmutableArray<string> unreadable = [];
        ImmutableArray<ContainerSnapshot> containers = HasRoot(call.Global)
            ? ContainerQueries.List(new StateStore(call.Global.Root), out unreadable)
            : [];
        foreach (string trouble in unreadable)
        {
            call.Log.Warning(trouble);
        }

        ArrayBufferWriter<byte> output = new();
        if (call.Arguments.IsOn(_quiet))
        {
            WriteIds(output, containers);
        }
        else if (format == "json")
        {
            StateJson.WriteList(output, containers, UserNames.Read().Find);
        }
        else
        {
            WriteTable(output, containers);
        }

        Output.Write(output.WrittenSpan);
        return ExitCode.Success;
    }

    /// <summary>Nothing has been created below a default root that isn't there; one that was named should be.</summary>
    private static bool HasRoot(GlobalOptions global)
    {
        Errno errno = Files.TryStatus(Fd.CurrentDirectory, KernelString.Of(global.Root).Span, AtFlags.None, out _);
        if (errno == 0)
        {
            return true;
        }

        return errno == Errno.ENOENT && !global.RootGiven
            ? false
            : throw new CommandException($"cannot read {global.Root}: {ErrnoText.Of(errno)}");
    }

    private static void WriteIds(ArrayBufferWriter<byte> output, ImmutableArray<ContainerSnapshot> containers)
    {
        foreach (ContainerSnapshot container in containers)
        {
            output.Write(Encoding.UTF8.GetBytes($"{container.Record.Id}\n"));
        }
    }

    private static void WriteTable(ArrayBufferWriter<byte> output, ImmutableArray<ContainerSnapshot> containers)
    {
        UserNames users = UserNames.Read();
        TextTable table = new("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
        foreach (ContainerSnapshot container in containers)
        {
            ContainerRecord record = container.Record;
            table.Add(
                record.Id,
                container.Pid.ToString(CultureInfo.InvariantCulture),
                container.StatusName,
                record.Bundle,
                record.Created,
                users.Find(record.OwnerUid));
        }

        table.Write(output);
    }
}
