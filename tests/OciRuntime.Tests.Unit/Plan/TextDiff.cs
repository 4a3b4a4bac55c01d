// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>The lines in which two texts differ, for people.</summary>
internal static class TextDiff
{
    internal static string Of(string expected, string actual)
    {
        string[] left = expected.Split('\n');
        string[] right = actual.Split('\n');
        int[][] common = CommonLengths(left, right);
        StringBuilder text = new();
        int i = 0;
        int j = 0;
        while (i < left.Length || j < right.Length)
        {
            if (i < left.Length && j < right.Length && left[i] == right[j])
            {
                i++;
                j++;
            }
            else if (j == right.Length || (i < left.Length && common[i + 1][j] >= common[i][j + 1]))
            {
                text.Append("- ").Append(left[i++]).Append('\n');
            }
            else
            {
                text.Append("+ ").Append(right[j++]).Append('\n');
            }
        }

        return text.ToString();
    }

    // Of every pair of ends, the length of the longest common subsequence.
    private static int[][] CommonLengths(string[] left, string[] right)
    {
        int[][] common = new int[left.Length + 1][];
        common[left.Length] = new int[right.Length + 1];
        for (int i = left.Length - 1; i >= 0; i--)
        {
            common[i] = new int[right.Length + 1];
            for (int j = right.Length - 1; j >= 0; j--)
            {
                common[i][j] = left[i] == right[j] ? common[i + 1][j + 1] + 1 : Math.Max(common[i + 1][j], common[i][j + 1]);
            }
        }

        return common;
    }
}
