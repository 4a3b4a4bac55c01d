// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;

namespace OciRuntime.Cli.Text;

/// <summary>
/// Signals as people write them: <c>KILL</c>, <c>SIGKILL</c>, <c>9</c>, <c>RTMIN+3</c>. signal(7), the numbers of x86-64 and arm64.
/// </summary>
internal static class SignalNames
{
    // As glibc counts them: it keeps 32 and 33 to itself.
    private const int RealTimeMinimum = 34;
    private const int RealTimeMaximum = 64;

    /// <returns>Null: no signal of that name or number. 0 is one: it asks whether the process is there. kill(2).</returns>
    internal static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number <= RealTimeMaximum ? number : null;
        }

        string name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name["SIG".Length..] : name;
        return Find(name) ?? FindRealTime(name);
    }

    private static int? Find(string name) => name switch
    {
        "HUP"            => 1,
        "INT"            => 2,
        "QUIT"           => 3,
        "ILL"            => 4,
        "TRAP"           => 5,
        "ABRT" or "IOT"  => 6,
        "BUS"            => 7,
        "FPE"            => 8,
        "KILL"           => 9,
        "USR1"           => 10,
        "SEGV"           => 11,
        "USR2"           => 12,
        "PIPE"           => 13,
        "ALRM"           => 14,
        "TERM"           => 15,
        "STKFLT"         => 16,
        "CHLD" or "CLD"  => 17,
        "CONT"           => 18,
        "STOP"           => 19,
        "TSTP"           => 20,
        "TTIN"           => 21,
        "TTOU"           => 22,
        "URG"            => 23,
        "XCPU"           => 24,
        "XFSZ"           => 25,
        "VTALRM"         => 26,
        "PROF"           => 27,
        "WINCH"          => 28,
        "IO" or "POLL"   => 29,
        "PWR"            => 30,
        "SYS"            => 31,
        "RTMIN"          => RealTimeMinimum,
        "RTMAX"          => RealTimeMaximum,
        _                => null,
    };

    private static int? FindRealTime(string name)
    {
        (int start, int sign) = name switch
        {
            ['R', 'T', 'M', 'I', 'N', '+', ..] => (RealTimeMinimum, 1),
            ['R', 'T', 'M', 'A', 'X', '-', ..] => (RealTimeMaximum, -1),
            _                                  => (0, 0),
        };
        if (sign == 0 || !int.TryParse(name.AsSpan("RTMIN+".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int offset))
        {
            return null;
        }

        return offset <= RealTimeMaximum - RealTimeMinimum ? start + (sign * offset) : null;
    }
}
