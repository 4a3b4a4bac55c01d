// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>A label that nobody would heed is an error before anything is made. As with runc an AppArmor profile is the kernel's to refuse.</summary>
internal static class LabelChecks
{
    public static void Check(ProcessPlan? process)
    {
        if (process?.SelinuxLabel is not null && !IsSelinuxEnabled())
        {
            throw new ContainerException("selinux label is specified in config, but selinux is disabled or not supported (/process/selinuxLabel)");
        }
    }

    private static bool IsSelinuxEnabled()
    {
        const long SELINUX_MAGIC = 0xF97CFF8C;
        if (Files.TryOpen(Fd.CurrentDirectory, "/sys/fs/selinux\0"u8, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0, out OwnedFd? folder) != 0)
        {
            return false;
        }

        using (folder)
        {
            return Files.FileSystemType(folder!.Borrow) == SELINUX_MAGIC;
        }
    }
}
