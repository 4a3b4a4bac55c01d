// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

/// <summary>In a private mount namespace, below an empty folder that the test made.</summary>
internal static class MountScenarios
{
    private static readonly MountAttributes s_private = new() { Propagation = MountPropagation.MS_PRIVATE };
    private static readonly MountAttributes s_readonly = new() { Set = MountAttr.MOUNT_ATTR_RDONLY };

    public static void Run(string folder, Report report)
    {
        Enter();
        string top = MakeFolder(folder, "top");
        using (OwnedFd tree = NewTmpfs(MountAttr.MOUNT_ATTR_NOSUID | MountAttr.MOUNT_ATTR_NODEV, "size=64k", "mode=700"))
        {
            Attach(tree, top);
        }

        report.Say("new", Mounted(top));
        report.Say("new: mode", (Files.Status(Fd.CurrentDirectory, KernelString.Of(top).Span).Mode & 0x1FF) == 0x1C0);
        report.Say("new: type", Type(top) == 0x01021994 /* TMPFS_MAGIC */);

        // A copy of the tree takes along what is mounted in it, or does not.
        string below = MakeFolder(top, "below");
        using (OwnedFd tree = NewTmpfs(MountAttr.None))
        {
            Attach(tree, below);
        }

        string whole = MakeFolder(folder, "whole");
        string alone = MakeFolder(folder, "alone");
        Bind(top, whole, recursive: true);
        Bind(top, alone, recursive: false);
        report.Say("recursive copy", Mounted(whole + "/below").Length > 0);
        report.Say("copy of one", Mounted(alone + "/below").Length > 0);
        Mounts.SetAttributes(Fd.CurrentDirectory, KernelString.Of(whole).Span, AtFlags.AT_RECURSIVE, s_readonly);
        report.Say("recursively read-only", $"{Write(whole)}; {Write(whole + "/below")}; {Write(top)}");
        report.Say("attributes by descriptor", SetReadonlyByDescriptor(alone));
        report.Say("read-only by descriptor", Write(alone));
        Reconfigure(below);
        report.Say("superblock read-only", Write(below));
        Mounts.Detach(KernelString.Of(below).Span);
        report.Say("detached", Mounted(below).Length == 0);
    }

    public static void RunErrors(string folder, Report report)
    {
        Enter();
        string target = MakeFolder(folder, "target");
        report.SayOutcome("no such type", () => Mounts.OpenFilesystem("nosuchfs\0"u8));
        using (OwnedFd context = Mounts.OpenFilesystem("tmpfs\0"u8))
        {
            report.SayOutcome("no such parameter", () => Mounts.Configure(context.Borrow, "nope\0"u8, "1\0"u8));
            report.SayOutcome("no such flag", () => Mounts.Configure(context.Borrow, "nope\0"u8, default));
            report.SayOutcome("bad value", () => Mounts.Configure(context.Borrow, "size\0"u8, "many\0"u8));
            report.SayOutcome("mount before create", () => Mounts.MountFilesystem(context.Borrow, MountAttr.None));
            Mounts.Command(context.Borrow, FsConfigCommand.FSCONFIG_CMD_CREATE);
            report.SayOutcome("create twice", () => Mounts.Command(context.Borrow, FsConfigCommand.FSCONFIG_CMD_CREATE));
        }

        report.SayOutcome("copy of nothing", () => Mounts.CloneTree(Fd.CurrentDirectory, "/no/such/folder\0"u8, recursive: true));
        report.SayOutcome("attach a folder on a file", () =>
        {
            using OwnedFd tree = NewTmpfs(MountAttr.None);
            Attach(tree, "/proc/self/exe");
        });
        report.SayOutcome("pick what is no mount", () =>
        {
            using OwnedFd file = Files.MakeMemoryFile("x\0"u8);
            Mounts.PickFilesystem(file.Borrow).Dispose();
        });
        report.SayOutcome("attributes of no mount", () => Mounts.SetAttributes(Fd.CurrentDirectory, KernelString.Of(target).Span, AtFlags.None, s_readonly));
        report.Say("try attributes of no mount", Mounts.TrySetAttributes(Fd.CurrentDirectory, KernelString.Of(target).Span, AtFlags.None, s_readonly));
        report.SayOutcome("detach no mount", () => Mounts.Detach(KernelString.Of(target).Span));
        report.SayOutcome("pivot to no mount", () =>
        {
            _ = Processes.TryChangeDirectory(KernelString.Of(target).Span);
            Mounts.PivotRootToCurrentDirectory();
        });
        report.SayOutcome("change root to nowhere", () => Mounts.ChangeRoot("/no/such/folder\0"u8));
    }

    public static void RunPivot(string folder, Report report)
    {
        Enter();
        string root = MakeFolder(folder, "root");
        using (OwnedFd tree = NewTmpfs(MountAttr.None))
        {
            Attach(tree, root);
        }

        File.WriteAllText(root + "/mark", "here");
        MakeFolder(root, "sub");
        File.WriteAllText(root + "/sub/mark", "below");
        _ = Processes.TryChangeDirectory(KernelString.Of(root).Span);
        Mounts.PivotRootToCurrentDirectory();
        Mounts.Detach(".\0"u8);
        _ = Processes.TryChangeDirectory("/\0"u8);
        report.Say("pivoted", File.ReadAllText("/mark"));
        List<string> names = [];
        using (OwnedFd top = Files.Open(Fd.CurrentDirectory, "/\0"u8, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY))
        {
            Folders.Names(top.Borrow).ForEach(name => names.Add(name.ToString()));
        }

        names.Sort(StringComparer.Ordinal);
        report.Say("nothing else", string.Join(' ', names));
        Mounts.ChangeRoot("/sub\0"u8);
        report.Say("changed root", File.ReadAllText("/mark"));
        report.Say("outside", Encoding.UTF8.GetString(Processes.CurrentDirectory(new byte[4096])));
    }

    private static void Enter()
    {
        Namespaces.Unshare(CloneFlags.CLONE_NEWNS);
        Mounts.SetAttributes(Fd.CurrentDirectory, "/\0"u8, AtFlags.AT_RECURSIVE, s_private);
    }

    private static string MakeFolder(string parent, string name)
    {
        string path = $"{parent}/{name}";
        Folders.MakeDirectory(Fd.CurrentDirectory, KernelString.Of(path).Span, 0x1ED /* 0755 */);
        return path;
    }

    private static OwnedFd NewTmpfs(MountAttr attributes, params ReadOnlySpan<string> options)
    {
        using OwnedFd context = Mounts.OpenFilesystem("tmpfs\0"u8);
        foreach (string option in options)
        {
            int sign = option.IndexOf('=', StringComparison.Ordinal);
            Mounts.Configure(context.Borrow, KernelString.Of(option.AsSpan(0, sign)).Span, KernelString.Of(option.AsSpan(sign + 1)).Span);
        }

        Mounts.Command(context.Borrow, FsConfigCommand.FSCONFIG_CMD_CREATE);
        return Mounts.MountFilesystem(context.Borrow, attributes);
    }

    private static void Attach(OwnedFd tree, string path)
    {
        using OwnedFd target = Files.Open(Fd.CurrentDirectory, KernelString.Of(path).Span, OpenFlags.O_PATH);
        Mounts.Attach(tree.Borrow, target.Borrow);
    }

    private static void Bind(string from, string to, bool recursive)
    {
        using OwnedFd tree = Mounts.CloneTree(Fd.CurrentDirectory, KernelString.Of(from).Span, recursive);
        Attach(tree, to);
    }

    private static Errno SetReadonlyByDescriptor(string path)
    {
        using OwnedFd mount = Files.Open(Fd.CurrentDirectory, KernelString.Of(path).Span, OpenFlags.O_PATH);
        return Mounts.TrySetAttributes(mount.Borrow, "\0"u8, AtFlags.AT_EMPTY_PATH, s_readonly);
    }

    private static void Reconfigure(string path)
    {
        using OwnedFd mount = Files.Open(Fd.CurrentDirectory, KernelString.Of(path).Span, OpenFlags.O_PATH);
        using OwnedFd context = Mounts.PickFilesystem(mount.Borrow);
        Mounts.Configure(context.Borrow, "ro\0"u8, default);
        Mounts.Command(context.Borrow, FsConfigCommand.FSCONFIG_CMD_RECONFIGURE);
    }

    private static long Type(string path)
    {
        using OwnedFd folder = Files.Open(Fd.CurrentDirectory, KernelString.Of(path).Span, OpenFlags.O_PATH);
        return Files.FileSystemType(folder.Borrow);
    }

    private static string Write(string folder)
    {
        Errno errno = Files.TryOpen(Fd.CurrentDirectory, KernelString.Of(folder + "/new").Span, OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0x180, out OwnedFd? file);
        file?.Dispose();
        return errno == 0 ? "ok" : ErrnoText.Of(errno);
    }

    // proc_pid_mountinfo(5): the options of the mount, or nothing.
    private static string Mounted(string path)
    {
        foreach (string line in Report.Lines("/proc/self/mountinfo"))
        {
            string[] fields = line.Split(' ');
            if (fields[4] == path)
            {
                return $"{fields[5]} {line[(line.IndexOf(" - ", StringComparison.Ordinal) + 3)..].Split(' ')[0]}";
            }
        }

        return "";
    }
}
