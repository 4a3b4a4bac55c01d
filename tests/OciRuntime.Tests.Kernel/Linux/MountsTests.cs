// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed class MountsTests : KernelTest
{
    [KernelFact]
    public void Mounts_AreMadeCopiedChangedAndDetached()
    {
        using TemporaryFolder folder = new();
        ChildProgram.Run("mounts", folder.Path).Should().Equal(new Dictionary<string, string>
        {
            ["new"] = "rw,nosuid,nodev,relatime tmpfs",
            ["new: mode"] = "true",
            ["new: type"] = "true",
            ["recursive copy"] = "true",
            ["copy of one"] = "false",
            ["recursively read-only"] = "EROFS (read-only file system); EROFS (read-only file system); ok",
            ["attributes by descriptor"] = "ok",
            ["read-only by descriptor"] = "EROFS (read-only file system)",
            ["superblock read-only"] = "EROFS (read-only file system)",
            ["detached"] = "true",
        });
    }

    [KernelFact]
    public void Refusals_SayTheCallTheSubjectAndTheKernelsWords()
    {
        using TemporaryFolder folder = new();
        ChildProgram.Run("mount-errors", folder.Path).Should().Equal(new Dictionary<string, string>
        {
            ["no such type"] = "fsopen nosuchfs: ENODEV (no such device)",
            ["no such parameter"] = "fsconfig nope=1 (tmpfs: Unknown parameter 'nope'): EINVAL (invalid argument)",
            ["no such flag"] = "fsconfig nope (tmpfs: Unknown parameter 'nope'): EINVAL (invalid argument)",
            ["bad value"] = "fsconfig size=many (tmpfs: Bad value for 'size'): EINVAL (invalid argument)",
            ["mount before create"] = "fsmount: EINVAL (invalid argument)",
            ["create twice"] = "fsconfig: EBUSY (device or resource busy)",
            ["copy of nothing"] = "open_tree /no/such/folder: ENOENT (no such file or directory)",
            ["attach a folder on a file"] = "move_mount: EINVAL (invalid argument)",
            ["pick what is no mount"] = "fspick: EINVAL (invalid argument)",
            ["attributes of no mount"] = $"mount_setattr {folder["target"]}: EINVAL (invalid argument)",
            ["try attributes of no mount"] = "EINVAL (invalid argument)",
            ["detach no mount"] = $"umount2 {folder["target"]}: EINVAL (invalid argument)",
            ["pivot to no mount"] = "pivot_root: EBUSY (device or resource busy)",
            ["change root to nowhere"] = "chroot /no/such/folder: ENOENT (no such file or directory)",
        });
    }

    [KernelFact]
    public void PivotAndChangeRoot_NothingElseIsThere()
    {
        using TemporaryFolder folder = new();
        ChildProgram.Run("pivot", folder.Path).Should().Equal(new Dictionary<string, string>
        {
            ["pivoted"] = "here",
            ["nothing else"] = "mark sub",
            ["changed root"] = "below",
            ["outside"] = "(unreachable)/",
        });
    }
}
