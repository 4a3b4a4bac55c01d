// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Spec;

/// <summary>Every value of the fixture that has everything is replaced by each wrong one in turn.</summary>
public class SpecReaderTypeTests
{
    private const string U16 = "an unsigned 16-bit integer";
    private const string U32 = "an unsigned 32-bit integer";
    private const string U64 = "an unsigned 64-bit integer";
    private const string I32 = "a 32-bit integer";
    private const string I64 = "a 64-bit integer";

    // Where the document's own value tells nothing of the width. Indices are left out.
    private static readonly Dictionary<string, string> s_integers = new()
    {
        ["/process/consoleSize/height"] = U32, ["/process/consoleSize/width"] = U32,
        ["/process/user/uid"] = U32, ["/process/user/gid"] = U32, ["/process/user/umask"] = U32,
        ["/process/user/additionalGids"] = U32,
        ["/process/rlimits/hard"] = U64, ["/process/rlimits/soft"] = U64,
        ["/process/oomScoreAdj"] = I32,
        ["/process/scheduler/nice"] = I32, ["/process/scheduler/priority"] = I32,
        ["/process/scheduler/runtime"] = U64, ["/process/scheduler/deadline"] = U64, ["/process/scheduler/period"] = U64,
        ["/process/ioPriority/priority"] = I32,
        ["/mounts/uidMappings/containerID"] = U32, ["/mounts/uidMappings/hostID"] = U32, ["/mounts/uidMappings/size"] = U32,
        ["/mounts/gidMappings/containerID"] = U32, ["/mounts/gidMappings/hostID"] = U32, ["/mounts/gidMappings/size"] = U32,
        ["/hooks/prestart/timeout"] = I32, ["/hooks/createRuntime/timeout"] = I32, ["/hooks/createContainer/timeout"] = I32,
        ["/hooks/startContainer/timeout"] = I32, ["/hooks/poststart/timeout"] = I32, ["/hooks/poststop/timeout"] = I32,
        ["/linux/uidMappings/containerID"] = U32, ["/linux/uidMappings/hostID"] = U32, ["/linux/uidMappings/size"] = U32,
        ["/linux/gidMappings/containerID"] = U32, ["/linux/gidMappings/hostID"] = U32, ["/linux/gidMappings/size"] = U32,
        ["/linux/timeOffsets/monotonic/secs"] = I64, ["/linux/timeOffsets/monotonic/nanosecs"] = U32,
        ["/linux/timeOffsets/boottime/secs"] = I64, ["/linux/timeOffsets/boottime/nanosecs"] = U32,
        ["/linux/devices/major"] = I64, ["/linux/devices/minor"] = I64, ["/linux/devices/fileMode"] = U32,
        ["/linux/devices/uid"] = U32, ["/linux/devices/gid"] = U32,
        ["/linux/resources/devices/major"] = I64, ["/linux/resources/devices/minor"] = I64,
        ["/linux/resources/memory/limit"] = I64, ["/linux/resources/memory/reservation"] = I64,
        ["/linux/resources/memory/swap"] = I64, ["/linux/resources/memory/kernel"] = I64,
        ["/linux/resources/memory/kernelTCP"] = I64, ["/linux/resources/memory/swappiness"] = U64,
        ["/linux/resources/cpu/shares"] = U64, ["/linux/resources/cpu/quota"] = I64, ["/linux/resources/cpu/burst"] = U64,
        ["/linux/resources/cpu/period"] = U64, ["/linux/resources/cpu/realtimeRuntime"] = I64,
        ["/linux/resources/cpu/realtimePeriod"] = U64, ["/linux/resources/cpu/idle"] = I64,
        ["/linux/resources/pids/limit"] = I64,
        ["/linux/resources/blockIO/weight"] = U16, ["/linux/resources/blockIO/leafWeight"] = U16,
        ["/linux/resources/blockIO/weightDevice/major"] = I64, ["/linux/resources/blockIO/weightDevice/minor"] = I64,
        ["/linux/resources/blockIO/weightDevice/weight"] = U16, ["/linux/resources/blockIO/weightDevice/leafWeight"] = U16,
        ["/linux/resources/blockIO/throttleReadBpsDevice/major"] = I64, ["/linux/resources/blockIO/throttleReadBpsDevice/minor"] = I64,
        ["/linux/resources/blockIO/throttleReadBpsDevice/rate"] = U64,
        ["/linux/resources/blockIO/throttleWriteBpsDevice/major"] = I64, ["/linux/resources/blockIO/throttleWriteBpsDevice/minor"] = I64,
        ["/linux/resources/blockIO/throttleWriteBpsDevice/rate"] = U64,
        ["/linux/resources/blockIO/throttleReadIOPSDevice/major"] = I64, ["/linux/resources/blockIO/throttleReadIOPSDevice/minor"] = I64,
        ["/linux/resources/blockIO/throttleReadIOPSDevice/rate"] = U64,
        ["/linux/resources/blockIO/throttleWriteIOPSDevice/major"] = I64, ["/linux/resources/blockIO/throttleWriteIOPSDevice/minor"] = I64,
        ["/linux/resources/blockIO/throttleWriteIOPSDevice/rate"] = U64,
        ["/linux/resources/hugepageLimits/limit"] = U64,
        ["/linux/resources/network/classID"] = U32, ["/linux/resources/network/priorities/priority"] = U32,
        ["/linux/resources/rdma/mlx5_1/hcaHandles"] = U32, ["/linux/resources/rdma/mlx5_1/hcaObjects"] = U32,
        ["/linux/seccomp/defaultErrnoRet"] = U32, ["/linux/seccomp/syscalls/errnoRet"] = U32,
        ["/linux/seccomp/syscalls/args/index"] = U32, ["/linux/seccomp/syscalls/args/value"] = U64,
        ["/linux/seccomp/syscalls/args/valueTwo"] = U64,
    };

    public static TheoryData<string> Paths => new(AllPaths());

    [Theory]
    [MemberData(nameof(Paths))]
    public void Value_OfWrongType_IsNamed(string path)
    {
        string required = RequiredAt(path);
        foreach ((string wrong, string says) in WrongValuesFor(required))
        {
            _ = SpecFixtures.Read(EverythingWith(path, wrong), out string[] errors);

            errors.Should().Equal($"{path}: {says}, must be {required}");
        }
    }

    [Fact]
    public void Values_AllWrong_AreAllNamed()
    {
        List<string> leaves = AllPaths().FindAll(path => RequiredAt(path) is not ("an object" or "an array"));
        byte[] config = leaves.Aggregate(SpecFixtures.Everything, (json, path) => With(json, path, "{}"));

        _ = SpecFixtures.Read(config, out string[] errors);

        errors.Should().Equal(leaves.Select(path => $"{path}: {{...}} is an object, must be {RequiredAt(path)}"));
    }

    private static IEnumerable<(string Wrong, string Says)> WrongValuesFor(string required)
    {
        (string, string)[] all =
        [
            ("\"abc\"", "\"abc\" is a string"),
            ("true", "true is a boolean"),
            ("{\"a\":[]}", "{...} is an object"),
            ("[{\"a\":1}]", "[...] is an array"),
            ("-12", "-12 is a number"),
        ];
        string own = required.EndsWith("integer", StringComparison.Ordinal) ? "a number" : required;
        IEnumerable<(string, string)> wrong = all.Where(value => !value.Item2.EndsWith(own, StringComparison.Ordinal));
        return own == "a number" ? wrong.Concat(WrongNumbersFor(required)) : wrong;
    }

    private static IEnumerable<(string Wrong, string Says)> WrongNumbersFor(string required)
    {
        string[] outOfRange = required switch
        {
            U16 => ["-1", "65536"],
            U32 => ["-1", "4294967296"],
            U64 => ["-1", "18446744073709551616"],
            I32 => ["-2147483649", "2147483648"],
            _ => ["-9223372036854775809", "9223372036854775808"],
        };
        foreach (string number in outOfRange)
        {
            yield return (number, $"{number} is out of range");
        }

        foreach (string number in (string[])["1.5", "1.0", "1e3", "1E0"])
        {
            yield return (number, $"{number} is not a plain integer");
        }
    }

    private static string RequiredAt(string path) => NodeAt(JsonNode.Parse(SpecFixtures.Everything)!, path).GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => s_integers[WithoutIndices(path)],
        _ => "a boolean",
    };

    private static string WithoutIndices(string path) =>
        string.Concat(path.Split('/').Skip(1).Where(part => !int.TryParse(part, out _)).Select(part => "/" + part));

    private static List<string> AllPaths()
    {
        List<string> paths = [];
        GatherPaths(JsonNode.Parse(SpecFixtures.Everything)!, "", paths);
        return paths;
    }

    private static void GatherPaths(JsonNode node, string path, List<string> paths)
    {
        IEnumerable<(string Name, JsonNode Value)> children = node switch
        {
            JsonObject members => members.Select(member => (member.Key, member.Value!)),
            JsonArray elements => elements.Select((element, i) => (i.ToString(CultureInfo.InvariantCulture), element!)),
            _ => [],
        };
        foreach ((string name, JsonNode value) in children)
        {
            paths.Add($"{path}/{name}");
            GatherPaths(value, $"{path}/{name}", paths);
        }
    }

    private static byte[] EverythingWith(string path, string json) => With(SpecFixtures.Everything, path, json);

    private static byte[] With(byte[] config, string path, string json)
    {
        JsonNode document = JsonNode.Parse(config)!;
        NodeAt(document, path).ReplaceWith(JsonNode.Parse(json));
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static JsonNode NodeAt(JsonNode node, string path) => path.Split('/').Skip(1).Aggregate(
        node, (at, part) => at is JsonArray elements ? elements[int.Parse(part, CultureInfo.InvariantCulture)]! : at[part]!);
}
