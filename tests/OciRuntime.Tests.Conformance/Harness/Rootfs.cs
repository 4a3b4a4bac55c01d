// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>Root file systems of busybox and the guest: folders of their own, with the two programs hard-linked from one copy.</summary>
internal static class Rootfs
{
    private static readonly string[] s_folders =
        ["bin", "dev", "etc", "home", "opt", "proc", "root", "run", "sys", "tmp", "usr/bin", "usr/local/bin", "usr/local/sbin", "usr/sbin", "sbin", "var"];

    // What the tests call; a link to each of all 270 would only cost time.
    private static readonly string[] s_applets =
    [
        "cat", "chmod", "chown", "cp", "cut", "dd", "echo", "env", "false", "grep", "head", "hostname", "id", "kill", "ln", "ls", "mkdir", "mknod",
        "mount", "od", "printf", "ps", "pwd", "readlink", "rm", "rmdir", "sed", "setsid", "sh", "sleep", "stat", "stty", "tail", "test", "touch", "tr", "true", "tty",
        "umount", "uname", "uniq", "wc", "yes",
    ];

    private static readonly Lazy<string> s_programs = new(MakePrograms);

    internal static void Make(string root)
    {
        foreach (string folder in s_folders)
        {
            _ = Directory.CreateDirectory(Path.Combine(root, folder));
        }

        Link("busybox", Path.Combine(root, "bin/busybox"));
        Link("guest", Path.Combine(root, "guest"));
        foreach (string applet in s_applets)
        {
            _ = File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        }

        File.SetUnixFileMode(Path.Combine(root, "tmp"), (UnixFileMode)0x3FF /* 01777 */);
        File.WriteAllText(Path.Combine(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n");
        File.WriteAllText(Path.Combine(root, "etc/group"), "root:x:0:\nuser:x:1000:\n");
    }

    private static void Link(string program, string target) =>
        _ = Native.Check(Native.Link(Path.Combine(s_programs.Value, program), target), $"link {target}");

    // Beside the tests' folders, hence on the same file system.
    private static string MakePrograms()
    {
        string folder = Directory.CreateTempSubdirectory("ocirun-programs-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string busybox = Host.FindProgram("busybox") ?? throw new InvalidOperationException("no busybox");
        foreach ((string name, string source) in new Dictionary<string, string> { ["busybox"] = busybox, ["guest"] = Host.Guest })
        {
            if (!File.Exists(source))
            {
                throw new InvalidOperationException($"no {source}: run tests/run, which builds it");
            }

            File.Copy(source, Path.Combine(folder, name));
        }

        return folder;
    }
}
