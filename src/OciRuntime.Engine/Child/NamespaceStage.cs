// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>What belongs to namespaces other than the mount namespace.</summary>
internal static class NamespaceStage
{
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
        using PrivateProc proc = new();
        KernelString path = KernelString.Of($"{Processes.Id}/setgroups");
        if (proc.TryOpen(path.Span, OpenFlags.O_RDONLY, out OwnedFd? file) != 0)
        {
            return false;
        }

        using (file)
        {
            Span<byte> text = stackalloc byte[8];
            return Files.TryRead(file!.Borrow, text, out int count) == 0 && text[..count].StartsWith("deny"u8);
        }
    }

    /// <summary>Kernel parameters.</summary>
    public static void WriteSysctls(PrivateProc proc, ImmutableArray<SysctlWrite> sysctls)
    {
        foreach (SysctlWrite sysctl in sysctls)
        {
            Errno errno = proc.TryWrite(KernelString.Of($"sys/{sysctl.File}").Span, sysctl.Value.Text);
            if (errno != 0)
            {
                throw new ContainerException($"setting a kernel parameter ({sysctl.Origin}): write /proc/sys/{sysctl.File}: {ErrnoText.Of(errno)}");
            }
        }
    }
}
