// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace OciRuntime.Engine.Systemd;

/// <summary>Where a systemd can be reached. D-Bus specification, "Server addresses".</summary>
/// <param name="IsBus">A bus, which knows the manager by name; false for the socket of the manager itself.</param>
internal readonly record struct BusAddress(string Text, bool IsBus)
{
    /// <summary>
    /// In the order in which to try. An address in the environment is the only one. Else as systemctl(1) does: the manager's own socket, which a
    /// bus that is stalled, or not there, does not matter to; then the bus.
    /// </summary>
    public static List<BusAddress> All(bool isUser)
    {
        string? named = Environment.GetEnvironmentVariable(isUser ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS");
        if (!string.IsNullOrEmpty(named))
        {
            return [new BusAddress(named, true)];
        }

        if (!isUser)
        {
            return [new BusAddress("unix:path=/run/systemd/private", false), new BusAddress("unix:path=/run/dbus/system_bus_socket", true)];
        }

        string? folder = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return string.IsNullOrEmpty(folder)
            ? []
            : [new BusAddress($"unix:path={Escape(folder)}/systemd/private", false), new BusAddress($"unix:path={Escape(folder)}/bus", true)];
    }

    private static string Escape(string path)
    {
        StringBuilder text = new(path.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(path))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'/' or (byte)'.')
            {
                text.Append((char)b);
            }
            else
            {
                text.Append('%').Append(b.ToString("x2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }
}
