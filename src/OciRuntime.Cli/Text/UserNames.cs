// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using OciRuntime.Cli.Config;

namespace OciRuntime.Cli.Text;

/// <summary>Names of the host's users. passwd(5): no name services, which would need libraries.</summary>
internal sealed class UserNames(byte[] passwd)
{
    // Arbitrary: a file of a million users.
    private const int MaximumBytes = 64 * 1024 * 1024;

    /// <summary>Without a readable file every user is a number.</summary>
    internal static UserNames Read() => new(FileText.ReadIfPossible("/etc/passwd\0"u8, MaximumBytes));

    /// <returns>The first name of that number, or <c>#uid</c>.</returns>
    internal string Find(uint uid)
    {
        ReadOnlySpan<byte> rest = passwd;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (TryRead(line, out ReadOnlySpan<byte> name, out uint number) && number == uid)
            {
                return Encoding.UTF8.GetString(name);
            }
        }

        return string.Concat("#", uid.ToString(CultureInfo.InvariantCulture));
    }

    // name:password:uid:gid:…
    private static bool TryRead(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out uint uid)
    {
        uid = 0;
        name = TakeField(ref line);
        TakeField(ref line);
        ReadOnlySpan<byte> number = TakeField(ref line);
        return !name.IsEmpty && Utf8Parser.TryParse(number, out uid, out int used) && used == number.Length;
    }

    private static ReadOnlySpan<byte> TakeField(scoped ref ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)':');
        ReadOnlySpan<byte> field = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[(end + 1)..];
        return field;
    }
}
