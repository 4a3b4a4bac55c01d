// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text;

namespace OciRuntime.Cli.Text;

/// <summary>Columns aligned as runc aligns them (Go's tabwriter): at least 12 wide, 3 spaces between, the last one as it is.</summary>
internal sealed class TextTable(params string[] header)
{
    private const int MinimumWidth = 12;
    private const int Padding = 3;

    private readonly List<string[]> _rows = [header];

    /// <param name="cells">As many as the header has.</param>
    internal void Add(params string[] cells) => _rows.Add(cells);

    internal void Write(IBufferWriter<byte> output)
    {
        int[] widths = Measure();
        StringBuilder text = new();
        foreach (string[] row in _rows)
        {
            for (int column = 0; column < widths.Length; column++)
            {
                text.Append(row[column]).Append(' ', widths[column] - LengthOf(row[column]));
            }

            text.Append(row[^1]).Append('\n');
        }

        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private int[] Measure()
    {
        int[] widths = new int[_rows[0].Length - 1];
        for (int column = 0; column < widths.Length; column++)
        {
            widths[column] = MinimumWidth;
            foreach (string[] row in _rows)
            {
                widths[column] = Math.Max(widths[column], LengthOf(row[column]) + Padding);
            }
        }

        return widths;
    }

    // Letters, not UTF-16 units.
    private static int LengthOf(string cell)
    {
        int length = 0;
        foreach (Rune _ in cell.EnumerateRunes())
        {
            length++;
        }

        return length;
    }
}
