// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Resctrl;

/// <summary>The container's group of the resctrl file system, and its monitoring group. Documentation/filesystems/resctrl.rst.</summary>
internal sealed class ResctrlGroup
{
    private const string Doing = "giving the container its resctrl group (/linux/intelRdt)";

    private readonly IntelRdtPlan _plan;
    private readonly string _root;
    private readonly string _group;
    private readonly string? _monitor;
    private readonly bool _exists;

    private ResctrlGroup(IntelRdtPlan plan, string root, string id)
    {
        _plan = plan;
        _root = root;
        _group = plan.Group is not { } name ? $"{root}/{id}" : name.IsEmpty ? root : $"{root}/{name}";
        _monitor = plan.EnableMonitoring ? $"{_group}/mon_groups/{id}" : null;
        _exists = Exists(_group);

        // config-linux.md, "IntelRdt": a class that config.json names stays, whoever made it. The deepest goes first.
        List<string> removed = [];
        if (_monitor is not null && !Exists(_monitor))
        {
            removed.Add(_monitor);
        }

        if (!_exists && plan.Group is null)
        {
            removed.Add(_group);
        }

        RemovedAtEnd = [.. removed];
    }

    /// <summary>The folders whose tasks the container's processes are.</summary>
    public ImmutableArray<string> Folders => _monitor is null ? [_group] : [_group, _monitor];

    /// <summary>The folders that go with the container.</summary>
    public ImmutableArray<string> RemovedAtEnd { get; }

    /// <summary>Finds the group's place, and whether the host can give it.</summary>
    public static ResctrlGroup Choose(IntelRdtPlan plan, string id)
    {
        string root = MountTable.Read().Find(mount => mount.Type == "resctrl").MountPoint
            ?? throw new ContainerException($"{Doing}: no resctrl file system is mounted (hint: mount -t resctrl resctrl /sys/fs/resctrl)");
        RefuseMissing(plan.L3CacheSchema is not null, $"{root}/info/L3", "l3CacheSchema");
        RefuseMissing(plan.MemBwSchema is not null, $"{root}/info/MB", "memBwSchema");
        ResctrlGroup group = new(plan, root, id);
        if (plan.Group is null)
        {
            return group;
        }

        if (!group._exists && !plan.HasSchema)
        {
            throw new ContainerException($"{Doing}: {group._group} does not exist (hint: a /closID without a schema names a class that is there already)");
        }

        if (group._exists)
        {
            group.RefuseOther(plan.L3CacheSchema, "l3CacheSchema");
            group.RefuseOther(plan.MemBwSchema, "memBwSchema");
        }

        return group;
    }

    /// <summary>Makes what is missing and puts the container's first process there.</summary>
    /// <param name="undo">Gets the reverse of each folder that was made.</param>
    public void Enter(int pid, Parent.UndoStack undo)
    {
        Make(_group, undo);
        Write($"{_group}/schemata", SchemataText());
        if (_monitor is not null)
        {
            Make(_monitor, undo);
        }

        foreach (string folder in Folders)
        {
            Write($"{folder}/tasks", pid.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>New schemata for a group: the lines that are given, a write each.</summary>
    /// <param name="folders">Of the record.</param>
    public static void Change(ImmutableArray<string> folders, IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
        {
            // The words are runc's.
            string folder = folders.IsEmpty ? throw new ContainerException("updating a non-existent Intel RDT configuration is not supported") : folders[0];
            Errno errno = TryWrite($"{folder}/schemata", $"{line}\n");
            if (errno != 0)
            {
                throw new LinuxException($"changing the container's resctrl group: writing \"{line}\": write", errno, $"{folder}/schemata");
            }
        }
    }

    /// <summary>Puts a process of an exec where the container's are.</summary>
    public static void Join(ImmutableArray<string> folders, int pid)
    {
        foreach (string folder in folders)
        {
            Errno errno = TryWrite($"{folder}/tasks", pid.ToString(CultureInfo.InvariantCulture));

            // ENOENT: somebody has removed the class; the container itself is in the default one then.
            if (errno is not (0 or Errno.ENOENT))
            {
                throw new ContainerException($"joining the container's resctrl group: write {folder}/tasks: {ErrnoText.Of(errno)}");
            }
        }
    }

    public static void Remove(ImmutableArray<string> folders)
    {
        foreach (string folder in folders)
        {
            Errno errno = Linux.Folders.TryRemove(Fd.CurrentDirectory, KernelString.Of(folder).Span, AtFlags.AT_REMOVEDIR);
            if (errno is not (0 or Errno.ENOENT))
            {
                throw new LinuxException("removing the resctrl group: rmdir", errno, folder);
            }
        }
    }

    private static void RefuseMissing(bool isAsked, string folder, string property)
    {
        if (isAsked && !Exists(folder))
        {
            throw new ContainerException($"{Doing}: this host can't do what /linux/intelRdt/{property} asks: there is no {folder}");
        }
    }

    private static bool Exists(string path) =>
        Files.TryStatus(Fd.CurrentDirectory, KernelString.Of(path).Span, AtFlags.None, out FileStatus status) == 0 && status.Type == FileType.S_IFDIR;

    // With O_CREAT, which changes nothing in resctrl: there the file is always there.
    private static Errno TryWrite(string path, string text)
    {
        const uint FileMode = 0x1A4; // 0644
        Errno errno = Files.TryOpen(Fd.CurrentDirectory, KernelString.Of(path).Span, OpenFlags.O_WRONLY | OpenFlags.O_CREAT, FileMode, out OwnedFd? file);
        using (file)
        {
            return file is null ? errno : Files.TryWrite(file.Borrow, Encoding.UTF8.GetBytes(text), out _);
        }
    }

    private void RefuseOther(KernelString? schema, string property)
    {
        string file = $"{_group}/schemata";
        if (schema is { } wanted && !ResctrlSchema.Holds(Encoding.UTF8.GetString(WholeFile.TryRead(KernelString.Of(file).Span) ?? []), wanted.ToString()))
        {
            throw new ContainerException($"{Doing}: the class exists and {file} does not say what /linux/intelRdt/{property} says: {wanted}");
        }
    }

    // An existing class says what the first two say already; those of the list are to be written always.
    private string SchemataText()
    {
        StringBuilder text = new();
        if (!_exists || _plan.Group is null)
        {
            Append(text, _plan.L3CacheSchema);
            Append(text, _plan.MemBwSchema);
        }

        foreach (KernelString schema in _plan.Schemata)
        {
            Append(text, schema);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, KernelString? schema)
    {
        if (schema is { } line)
        {
            text.Append(line).Append('\n');
        }
    }

    private void Make(string folder, Parent.UndoStack undo)
    {
        const uint FolderMode = 0x1ED; // 0755
        Errno errno = Linux.Folders.TryMakeDirectory(Fd.CurrentDirectory, KernelString.Of(folder).Span, FolderMode);
        if (errno == 0)
        {
            undo.Push(() => Remove([folder]));
        }
        else if (errno != Errno.EEXIST)
        {
            throw Failed($"mkdir {folder}", errno);
        }
    }

    private void Write(string path, string text)
    {
        Errno errno = text.Length == 0 ? 0 : TryWrite(path, text);
        if (errno != 0)
        {
            throw Failed($"write {path} \"{text.TrimEnd('\n').Replace("\n", "\\n", System.StringComparison.Ordinal)}\"", errno);
        }
    }

    // The file system has words of its own for the last failure.
    private ContainerException Failed(string what, Errno errno)
    {
        string words = Encoding.UTF8.GetString(WholeFile.TryRead(KernelString.Of($"{_root}/info/last_cmd_status").Span) ?? []).Trim();
        return new ContainerException($"{Doing}: {what}: {ErrnoText.Of(errno)}{(words is "" or "ok" ? "" : $": {words}")}");
    }
}
