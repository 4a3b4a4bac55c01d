// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Hooks;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>The host's ps(1), of which only the lines of some processes are wanted.</summary>
public static class ProcessListing
{
    /// <param name="options">For ps; none: as with runc, <c>-ef</c>.</param>
    /// <param name="pids">Whose lines are kept, beside the title.</param>
    /// <exception cref="ContainerException">ps failed, or its output has no column of process ids.</exception>
    public static string Run(IReadOnlyList<string> options, List<int> pids)
    {
        ImmutableArray<KernelString>.Builder args = ImmutableArray.CreateBuilder<KernelString>();
        args.Add(KernelString.Of("ps"));
        foreach (string option in options)
        {
            args.Add(KernelString.Of(option));
        }

        if (options.Count == 0)
        {
            args.Add(KernelString.Of("-ef"));
        }

        return Filter(OutputOf(args.DrainToImmutable()), pids);
    }

    /// <summary>The title, and each line whose word below PID is wanted.</summary>
    internal static string Filter(string output, List<int> pids)
    {
        StringBuilder kept = new();
        int column = -1;
        foreach (Range range in output.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = output.AsSpan(range);
            if (line.IsWhiteSpace())
            {
                continue;
            }

            if (column < 0)
            {
                column = ColumnOfPid(line);
                kept.Append(line).Append('\n');
            }
            else if (int.TryParse(Word(line, column), out int pid) && pids.Contains(pid))
            {
                kept.Append(line).Append('\n');
            }
        }

        return column < 0 ? throw new ContainerException("running ps: it wrote nothing") : kept.ToString();
    }

    private static int ColumnOfPid(ReadOnlySpan<char> title)
    {
        for (int column = 0; Word(title, column) is { IsEmpty: false } word; column++)
        {
            if (word.SequenceEqual("PID"))
            {
                return column;
            }
        }

        throw new ContainerException("couldn't find PID field in ps output");
    }

    /// <returns>Empty behind the last one.</returns>
    private static ReadOnlySpan<char> Word(ReadOnlySpan<char> line, int index)
    {
        for (line = line.TrimStart(); ; line = line.TrimStart())
        {
            int space = line.IndexOfAny(' ', '\t');
            ReadOnlySpan<char> word = space < 0 ? line : line[..space];
            if (index-- == 0 || word.IsEmpty)
            {
                return word;
            }

            line = line[word.Length..];
        }
    }

    private static string OutputOf(ImmutableArray<KernelString> args)
    {
        const int CLD_EXITED = 1;
        using OwnedFd input = Files.MakeMemoryFile("ps-input\0"u8);
        using OwnedFd output = Files.MakeMemoryFile("ps-output\0"u8);
        ImmutableArray<KernelString> environment = Environment();
        OtherThreads.AwaitParked();
        using OwnedFd pidFd = HostProgram.Start(
            Places(environment), new ArgumentBlock(args), new ArgumentBlock(environment), input.Borrow, output.Borrow, out string problem);
        WaitInfo ending = Processes.Wait(pidFd.Borrow);
        Files.Rewind(output.Borrow);
        string text = Encoding.UTF8.GetString(WholeFile.Read(output.Borrow));
        if (problem.Length > 0)
        {
            throw new ContainerException($"running ps: it {problem}");
        }

        if (ending.Code != CLD_EXITED || ending.Status != 0)
        {
            string how = ending.Code == CLD_EXITED ? "exit status" : "signal";
            throw new ContainerException($"running ps: {how} {ending.Status}: {text.Trim().ReplaceLineEndings(" | ")}");
        }

        return text;
    }

    private static ImmutableArray<KernelString> Environment()
    {
        ImmutableArray<KernelString>.Builder variables = ImmutableArray.CreateBuilder<KernelString>();
        ReadOnlySpan<byte> text = WholeFile.TryRead("/proc/self/environ\0"u8);
        foreach (Range range in text.Split((byte)0))
        {
            if (!text[range].IsEmpty)
            {
                variables.Add(KernelString.OfBytes(text[range]));
            }
        }

        return variables.DrainToImmutable();
    }

    // execvp(3): each folder of PATH.
    private static ImmutableArray<KernelString> Places(ImmutableArray<KernelString> environment)
    {
        ReadOnlySpan<byte> path = "/bin:/usr/bin"u8;
        foreach (KernelString variable in environment)
        {
            if (variable.Text.StartsWith("PATH="u8))
            {
                path = variable.Text["PATH="u8.Length..];
            }
        }

        ImmutableArray<KernelString>.Builder places = ImmutableArray.CreateBuilder<KernelString>();
        foreach (Range range in path.Split((byte)':'))
        {
            // An empty part would be the current folder, in which a host's root user should run nothing.
            if (!path[range].IsEmpty)
            {
                places.Add(KernelString.OfBytes(path[range]).Append("ps"u8));
            }
        }

        return places.DrainToImmutable();
    }
}
