// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace OciRuntime.Guest;

/// <summary>What runs inside a container under test: <c>guest report [SECTION…]</c>, or one of the acts below.</summary>
internal static class Program
{
    private static int Main(string[] args) => args switch
    {
        ["report", .. string[] sections] => Report.Write(sections),
        ["exit", string status] => int.Parse(status),
        ["signal", string number] => Acts.SignalSelf(int.Parse(number)),
        ["sleep"] => Acts.SleepUntilTerminated(),
        ["alloc", string bytes] => Acts.Allocate(long.Parse(bytes)),
        ["forkbomb", string count] => Acts.Fork(int.Parse(count)),
        ["time"] => Acts.TimeCalls(),
        ["call", .. string[] calls] => Acts.Call(calls),
        ["write", string path] => Acts.WriteFile(path),
        ["echo", .. string[] words] => Acts.Echo(words),
        ["notify", .. string[] messages] => Notification.Send(messages),
        ["measure", string file, .. string[] command] when command.Length > 0 => Measurement.Run(file, command),
        _ => Usage(),
    };

    private static int Usage()
    {
        Console.Error.WriteLine("guest: report [SECTION…] | exit N | signal N | sleep | alloc BYTES | forkbomb N | call NUMBER[,ARGUMENT…]… | time | write FILE | echo WORD… | notify MESSAGE… | measure FILE COMMAND…");
        return 2;
    }
}
