// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>Moments as RFC 3339 writes them, with nanoseconds, in UTC.</summary>
internal static class Timestamp
{
    public static string Now()
    {
        const long NanosecondsPerSecond = 1_000_000_000;
        long nanoseconds = Processes.RealTimeNanoseconds();
        DateTime time = DateTime.UnixEpoch.AddSeconds(nanoseconds / NanosecondsPerSecond);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{time.Year:D4}-{time.Month:D2}-{time.Day:D2}T{time.Hour:D2}:{time.Minute:D2}:{time.Second:D2}.{nanoseconds % NanosecondsPerSecond:D9}Z");
    }
}
