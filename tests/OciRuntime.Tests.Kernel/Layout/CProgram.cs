// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Layout;

/// <summary>A C program that prints what expressions are worth, one a line.</summary>
internal static class CProgram
{
    /// <summary>The kernel's own headers; libc's would redefine half of what they say.</summary>
    private const string KernelHeaders = """
        #include <linux/types.h>
        #include <asm/unistd_64.h>
        #include <linux/openat2.h>
        #include <linux/stat.h>
        #include <asm/statfs.h>
        #include <linux/fcntl.h>
        #include <linux/mount.h>
        #include <linux/sched.h>
        #include <linux/sched/types.h>
        #include <linux/ioprio.h>
        #include <linux/mempolicy.h>
        #include <linux/personality.h>
        #include <linux/signalfd.h>
        #include <asm/signal.h>
        #include <asm/siginfo.h>
        #include <asm/poll.h>
        #include <linux/resource.h>
        #include <asm/termbits.h>
        #include <asm/termios.h>
        #include <linux/bpf.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        #include <linux/audit.h>
        #include <linux/capability.h>
        #include <linux/prctl.h>
        #include <linux/wait.h>
        #include <linux/magic.h>
        #include <linux/errno.h>
        #include <linux/netlink.h>
        #include <linux/rtnetlink.h>
        #include <linux/if_link.h>
        #include <linux/if_addr.h>
        int printf(const char *, ...);
        """;

    private const string LibraryHeaders = """
        #include <errno.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <net/if.h>
        """;

    public static string? Missing { get; } = File.Exists("/usr/bin/gcc") && File.Exists("/usr/include/linux/openat2.h") ? null : "needs gcc and linux-libc-dev";

    /// <returns>Each expression's value, as the kernel's headers have it.</returns>
    public static Dictionary<string, long> KernelValues(IReadOnlyCollection<string> expressions) => Values(KernelHeaders, expressions);

    /// <summary>For what the kernel keeps in headers that it does not give away: sockets.</summary>
    public static Dictionary<string, long> LibraryValues(IReadOnlyCollection<string> expressions) => Values(LibraryHeaders, expressions);

    /// <returns>The words of strerror(3), by number.</returns>
    public static Dictionary<int, string> ErrorWords(IEnumerable<int> numbers)
    {
        StringBuilder body = new();
        foreach (int number in numbers)
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"printf(\"{number} %s %s\\n\", strerrorname_np({number}), strerror({number}));");
        }

        return Run("#define _GNU_SOURCE\n" + LibraryHeaders, body.ToString()).Select(line => line.Split(' ', 2))
            .ToDictionary(parts => int.Parse(parts[0], CultureInfo.InvariantCulture), parts => parts[1]);
    }

    private static Dictionary<string, long> Values(string headers, IReadOnlyCollection<string> expressions)
    {
        StringBuilder body = new();
        foreach (string expression in expressions)
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"printf(\"%lld\\n\", (long long)({expression}));");
        }

        return expressions.Zip(Run(headers, body.ToString())).ToDictionary(pair => pair.First, pair => long.Parse(pair.Second, CultureInfo.InvariantCulture));
    }

    private static string[] Run(string headers, string body)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["values.c"], $"{headers}\nint main(void)\n{{\n{body}return 0;\n}}\n");
        Outcome compiled = Command.Run("gcc", "-w", "-o", folder["values"], folder["values.c"]);
        compiled.Status.Should().Be(0, compiled.Error);
        return Command.Run(folder["values"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

/// <summary>A test that compares with the headers of C.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HeadersFactAttribute : Xunit.FactAttribute
{
    public HeadersFactAttribute() => Skip = CProgram.Missing;
}
