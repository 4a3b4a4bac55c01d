// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;

namespace OciRuntime.Bench;

/// <summary>
/// A process that runs one runtime: reads the name of a case, measures it once, answers "milliseconds KiB". Every runtime has one, so that the one
/// that needs a mount namespace of its own pays for it no more than the others.
/// </summary>
internal sealed class Worker(string runtime, string root, string bundle)
{
    private readonly string _id = $"bench-{Environment.ProcessId}";
    private int _count;

    internal int Serve()
    {
        string kept = $"{_id}-kept";
        bool isKept = false;
        while (Console.In.ReadLine() is { } name)
        {
            if (name == "state" && !isKept)
            {
                _ = Call("create", "--bundle", bundle, kept);
                isKept = true;
            }

            Sample sample = name switch
            {
                "run" => Call("run", "--bundle", bundle, NextId()),
                "cycle" => Cycle(),
                "state" => Call("state", kept),
                "floor" => Child.Run("/bin/true"),
                _ => throw new InvalidOperationException($"no case {name}"),
            };
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sample.Milliseconds:F4} {sample.PeakKiB}"));
            Console.Out.Flush();
        }

        if (isKept)
        {
            _ = Call("delete", "--force", kept);
        }

        return 0;
    }

    private Sample Cycle()
    {
        string id = NextId();
        Sample create = Call("create", "--bundle", bundle, id);
        Sample start = Call("start", id);
        Sample delete = Call("delete", "--force", id);
        return new Sample(
            create.Milliseconds + start.Milliseconds + delete.Milliseconds, Math.Max(create.PeakKiB, Math.Max(start.PeakKiB, delete.PeakKiB)));
    }

    private string NextId() => $"{_id}-{_count++}";

    private Sample Call(params string[] args) => Child.Run([runtime, "--root", root, .. args]);
}
