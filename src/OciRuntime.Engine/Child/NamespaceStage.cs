// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>What belongs to namespaces other than the mount namespace.</summary>
internal static class NamespaceStage
{
    private const ResolveFlags Beneath = ResolveFlags.RESOLVE_BENEATH | ResolveFlags.RESOLVE_NO_XDEV | ResolveFlags.RESOLVE_NO_SYMLINKS;

    /// <summary>Joins the namespaces that config.json gives by path, the PID namespace apart: the parent had to join that one before clone.</summary>
    public static void Join(NamespacePlan namespaces)
    {
        foreach (NamespaceJoin join in namespaces.Joined)
        {
            if (join.Type == CloneFlags.CLONE_NEWPID)
            {
                continue;
            }

            try
            {
                using OwnedFd file = Files.Open(Fd.CurrentDirectory, join.Path.Span, OpenFlags.O_RDONLY);
                Namespaces.Join(file.Borrow, join.Type);
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"joining the namespace {join.Path} ({join.Origin}): {e.Message}");
            }
        }
    }

    /// <summary>A session keyring of the container's own: it must not see, or fill, the caller's. session-keyring(7).</summary>
    public static void JoinSessionKeyring(string id)
    {
        Errno errno = Credentials.TryJoinSessionKeyring(KernelString.Of($"_ses.{id}").Span, out _);

        // ENOSYS: a kernel without keys has none to protect. EPERM, EACCES: a seccomp filter around us forbids it, as in a nested container.
        if (errno is not (0 or Errno.ENOSYS or Errno.EPERM or Errno.EACCES))
        {
            throw new ContainerException(
                $"making a session keyring: keyctl KEYCTL_JOIN_SESSION_KEYRING: {ErrnoText.Of(errno)} (hint: --no-new-keyring does without)");
        }
    }

    /// <summary>The names of the machine, and the loopback interface.</summary>
    public static void SetUp(ContainerPlan plan)
    {
        if ((plan.Namespaces.New & CloneFlags.CLONE_NEWNET) != 0)
        {
            Namespaces.SetLoopbackUp();
        }

        if (plan.Hostname is { } hostname)
        {
            Namespaces.SetHostname(hostname.Text);
        }

        if (plan.Domainname is { } domainname)
        {
            Namespaces.SetDomainname(domainname.Text);
        }
    }

    /// <summary>Whether this user namespace's <c>/proc/PID/setgroups</c> says so.</summary>
    public static bool IsSetGroupsDenied()
    {
        using OwnedFd proc = OpenProc();
        KernelString path = KernelString.Of($"{Processes.Id}/setgroups");
        if (Files.TryResolve(proc.Borrow, path.Span, OpenFlags.O_RDONLY, Beneath, out OwnedFd? file) != 0)
        {
            return false;
        }

        using (file)
        {
            Span<byte> text = stackalloc byte[8];
            return Files.TryRead(file!.Borrow, text, out int count) == 0 && text[..count].StartsWith("deny"u8);
        }
    }

    /// <summary>Kernel parameters, by a procfs of our own: what the image mounted over its own can't redirect the write (CVE-2025-52881).</summary>
    public static void WriteSysctls(ImmutableArray<SysctlWrite> sysctls)
    {
        if (sysctls.IsEmpty)
        {
            return;
        }

        using OwnedFd proc = OpenProc();
        using OwnedFd sys = Files.Resolve(proc.Borrow, "sys\0"u8, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, Beneath);
        foreach (SysctlWrite sysctl in sysctls)
        {
            Errno errno = Files.TryResolve(sys.Borrow, sysctl.File.Span, OpenFlags.O_WRONLY, Beneath, out OwnedFd? file);
            using (file)
            {
                if (file is not null)
                {
                    errno = Files.TryWrite(file.Borrow, sysctl.Value.Text, out _);
                }
            }

            if (errno != 0)
            {
                throw new ContainerException($"setting a kernel parameter ({sysctl.Origin}): write /proc/sys/{sysctl.File}: {ErrnoText.Of(errno)}");
            }
        }
    }

    private static OwnedFd OpenProc()
    {
        using OwnedFd context = Mounts.OpenFilesystem("proc\0"u8);
        Mounts.Command(context.Borrow, FsConfigCommand.FSCONFIG_CMD_CREATE);
        return Mounts.MountFilesystem(context.Borrow, MountAttr.MOUNT_ATTR_NOSUID | MountAttr.MOUNT_ATTR_NODEV | MountAttr.MOUNT_ATTR_NOEXEC);
    }
}
