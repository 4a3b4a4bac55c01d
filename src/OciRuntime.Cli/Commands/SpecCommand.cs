// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.CommandLine;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Linux;
using OciRuntime.Spec.Json;

namespace OciRuntime.Cli.Commands;

internal sealed class SpecCommand : Verb
{
    private readonly Option<string> _bundle = Flags.Value("--bundle", "DIR", "folder of the bundle (default: the current one)", "-b");
    private readonly Option<bool> _rootless = Flags.Switch("--rootless", "for a caller without privileges");

    internal SpecCommand()
        : base("spec", "write a config.json to start from")
    {
        Options.Add(_bundle);
        Options.Add(_rootless);
    }

    internal override (int Minimum, int Maximum) Positionals => (0, 0);

    internal override int Run(Invocation call)
    {
        const uint Mode = 0x1B6; // 0666, less the umask
        using OwnedFd folder = BundleFolder.Open(call.Arguments.ValueOf(_bundle));
        const OpenFlags New = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
        Errno errno = Files.TryOpen(folder.Borrow, "config.json\0"u8, New, Mode, out OwnedFd? file);
        if (file is null)
        {
            throw errno == Errno.EEXIST
                ? new CommandException("File config.json exists. Remove it first")
                : new CommandException($"cannot write config.json: {ErrnoText.Of(errno)}");
        }

        using (file)
        {
            ArrayBufferWriter<byte> json = new();
            DefaultSpecWriter.Write(json, ReadOptions(call.Arguments.IsOn(_rootless)));
            Files.Write(file.Borrow, json.WrittenSpan);
        }

        return ExitCode.Success;
    }

    private static DefaultSpecOptions ReadOptions(bool rootless)
    {
        // A process's own folder in /proc has its effective ids.
        FileStatus self = Files.Status(Fd.CurrentDirectory, "/proc/self\0"u8);
        return new DefaultSpecOptions
        {
            Rootless = rootless,
            HostUid = self.UserId,
            HostGid = self.GroupId,
            CgroupNamespace = Engine.Cgroups.CgroupHierarchy.DetectLayout() == Plan.CgroupLayout.V2,
        };
    }
}
