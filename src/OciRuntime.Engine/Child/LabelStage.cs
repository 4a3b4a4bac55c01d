// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>What the Linux security modules make of the program, from its execve on. apparmor(7), selinux(8), proc_pid_attr(5).</summary>
internal static class LabelStage
{
    /// <remarks>What is started before execve, such as a startContainer hook, gets the labels too: as with runc.</remarks>
    public static void Run(PrivateProc proc, ProcessPlan? process)
    {
        if (process?.ApparmorProfile is { } profile)
        {
            SetProfile(proc, profile);
        }

        if (process?.SelinuxLabel is { } label && TrySet(proc, "exec", label) is var errno and not 0)
        {
            throw new ContainerException($"can't set process label {label} (/process/selinuxLabel): write `/proc/self/attr/exec`: {ErrnoText.Of(errno)}");
        }
    }

    /// <summary>The label of keys that are made from now on. execve(2) takes it back.</summary>
    public static void LabelKeys(PrivateProc proc, KernelString label)
    {
        // ENOENT: a kernel whose security module labels no keys.
        if (TrySet(proc, "keycreate", label) is var errno and not (0 or Errno.ENOENT))
        {
            throw new ContainerException(
                $"can't set the label of the session keyring to {label} (/process/selinuxLabel): write `/proc/self/attr/keycreate`: {ErrnoText.Of(errno)}");
        }
    }

    private static void SetProfile(PrivateProc proc, KernelString profile)
    {
        string attribute = "apparmor/exec";
        KernelString value = KernelString.Of($"exec {profile}");
        Errno errno = TrySet(proc, attribute, value);
        if (errno == Errno.ENOENT && !Exists(proc, attribute))
        {
            // Linux 5.8 gave each security module a folder of its own.
            attribute = "exec";
            errno = TrySet(proc, attribute, value);
        }

        if (errno != 0)
        {
            string hint = errno switch
            {
                Errno.ENOENT => " (hint: no such profile is loaded)",
                Errno.EINVAL => " (hint: AppArmor is not enabled on this host)",
                _ => "",
            };
            throw new ContainerException(
                $"unable to apply apparmor profile {profile} (/process/apparmorProfile){hint}: write `/proc/self/attr/{attribute}`: {ErrnoText.Of(errno)}");
        }
    }

    // A write can fail with ENOENT, too: the profile is missing.
    private static bool Exists(PrivateProc proc, string attribute)
    {
        Errno errno = proc.TryOpen(PathOf(attribute).Span, Abi.Files.OpenFlags.O_PATH, out OwnedFd? file);
        file?.Dispose();
        return errno == 0;
    }

    private static Errno TrySet(PrivateProc proc, string attribute, KernelString value) => proc.TryWrite(PathOf(attribute).Span, value.Text);

    private static KernelString PathOf(string attribute) => KernelString.Of($"{Processes.Id}/attr/{attribute}");
}
