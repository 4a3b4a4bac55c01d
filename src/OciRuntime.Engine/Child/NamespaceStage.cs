// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
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
        if (namespaces.Joined.IsEmpty || namespaces.NeedMiddleProcess)
        {
            return;
        }

        using JoinedFiles files = new(namespaces.Joined);
        for (int i = 0; i < namespaces.Joined.Length; i++)
        {
            if (namespaces.Joined[i].Type != CloneFlags.CLONE_NEWPID && files.TryJoin(i) is var errno and not 0)
            {
                throw Refused(namespaces.Joined[i], errno);
            }
        }
    }

    /// <summary>Joins them all in a process that is to have a sibling born there: the user namespace, if there is one, and what is beside it.</summary>
    public static void JoinInMiddle(NamespacePlan namespaces)
    {
        using JoinedFiles files = new(namespaces.Joined);
        using OwnedFd? offsets = OpenTimeOffsets(namespaces);

        // What belongs to the runtime's own user namespace can be joined only before another is; what belongs to the other only then. setns(2).
        List<int> later = [];
        int user = -1;
        for (int i = 0; i < namespaces.Joined.Length; i++)
        {
            if (namespaces.Joined[i].Type == CloneFlags.CLONE_NEWUSER)
            {
                user = i;
            }
            else if (files.TryJoin(i) != 0)
            {
                later.Add(i);
            }
        }

        if (user >= 0)
        {
            later.Insert(0, user);
        }

        foreach (int i in later)
        {
            if (files.TryJoin(i) is var errno and not 0)
            {
                throw Refused(namespaces.Joined[i], errno);
            }
        }

        if (user >= 0)
        {
            CredentialStage.BecomeRoot();
            MakeTimeNamespace(namespaces, offsets);
        }
    }

    /// <summary>A new time namespace, for the process itself.</summary>
    public static void EnterTimeNamespace(NamespacePlan namespaces)
    {
        if ((namespaces.New & CloneFlags.CLONE_NEWTIME) == 0 || namespaces.IsJoined(CloneFlags.CLONE_NEWUSER))
        {
            return;
        }

        using OwnedFd? offsets = OpenTimeOffsets(namespaces);
        MakeTimeNamespace(namespaces, offsets);

        // time_namespaces(7): unshare(2) changes that of children only.
        using OwnedFd own = Files.Open(Fd.CurrentDirectory, "/proc/self/ns/time_for_children\0"u8, OpenFlags.O_RDONLY);
        Namespaces.Join(own.Borrow, CloneFlags.CLONE_NEWTIME);
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

    // Early: whoever has joined a user namespace is not allowed to open it any more, and the right to write is the opener's.
    private static OwnedFd? OpenTimeOffsets(NamespacePlan namespaces) =>
        namespaces.TimeOffsets.IsEmpty ? null : Files.Open(Fd.CurrentDirectory, "/proc/self/timens_offsets\0"u8, OpenFlags.O_WRONLY);

    private static void MakeTimeNamespace(NamespacePlan namespaces, OwnedFd? offsets)
    {
        if ((namespaces.New & CloneFlags.CLONE_NEWTIME) == 0)
        {
            return;
        }

        Namespaces.Unshare(CloneFlags.CLONE_NEWTIME);
        if (offsets is null)
        {
            return;
        }

        StringBuilder lines = new();
        foreach (TimeOffset offset in namespaces.TimeOffsets)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{offset.Clock} {offset.Seconds} {offset.Nanoseconds}\n");
        }

        Errno errno = Files.TryWrite(offsets.Borrow, Encoding.ASCII.GetBytes(lines.ToString()), out _);
        if (errno != 0)
        {
            string hint = errno == Errno.ERANGE ? " (hint: no clock may start before zero, or run for more than 146 years)" : "";
            throw new ContainerException($"setting the clocks of the time namespace (/linux/timeOffsets){hint}: write /proc/self/timens_offsets: {ErrnoText.Of(errno)}");
        }
    }

    private static ContainerException Refused(NamespaceJoin join, Errno errno)
    {
        string hint = errno == Errno.EINVAL ? " (hint: it is of another type, or the process is in it already)" : "";
        return new ContainerException($"joining the namespace {join.Path} ({join.Origin}){hint}: setns: {ErrnoText.Of(errno)}");
    }

    /// <summary>The files of namespaces, all opened before any is joined: another mount namespace has other paths.</summary>
    private sealed class JoinedFiles : IDisposable
    {
        private readonly ImmutableArray<NamespaceJoin> _joins;
        private readonly OwnedFd[] _files;

        public JoinedFiles(ImmutableArray<NamespaceJoin> joins)
        {
            _joins = joins;
            _files = new OwnedFd[joins.Length];
            for (int i = 0; i < joins.Length; i++)
            {
                Errno errno = Files.TryOpen(Fd.CurrentDirectory, joins[i].Path.Span, OpenFlags.O_RDONLY, 0, out OwnedFd? file);
                _files[i] = file ?? throw new ContainerException($"joining the namespace {joins[i].Path} ({joins[i].Origin}): open: {ErrnoText.Of(errno)}");
            }
        }

        public Errno TryJoin(int index) => Namespaces.TryJoin(_files[index].Borrow, _joins[index].Type);

        public void Dispose()
        {
            foreach (OwnedFd file in _files)
            {
                file.Dispose();
            }
        }
    }
}
