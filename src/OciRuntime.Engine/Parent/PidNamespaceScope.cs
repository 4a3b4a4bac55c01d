// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>While it lasts, children are born in another PID namespace: a process can't change its own. pid_namespaces(7).</summary>
internal sealed class PidNamespaceScope : IDisposable
{
    private readonly OwnedFd? _own;

    private PidNamespaceScope(OwnedFd? own) => _own = own;

    /// <summary>The one that config.json gives by path, if it does and no process in between joins it.</summary>
    public static PidNamespaceScope Of(NamespacePlan namespaces)
    {
        foreach (NamespaceJoin join in namespaces.Joined)
        {
            if (join.Type != CloneFlags.CLONE_NEWPID || namespaces.NeedMiddleProcess)
            {
                continue;
            }

            try
            {
                using OwnedFd other = Files.Open(Fd.CurrentDirectory, join.Path.Span, OpenFlags.O_RDONLY);
                return Enter(other.Borrow);
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"joining the namespace {join.Path} ({join.Origin}): {e.Message}");
            }
        }

        return new PidNamespaceScope(own: null);
    }

    /// <summary>That of a process, if <paramref name="types"/> has it.</summary>
    public static PidNamespaceScope Of(Fd pidFd, CloneFlags types)
    {
        try
        {
            return (types & CloneFlags.CLONE_NEWPID) == 0 ? new PidNamespaceScope(own: null) : Enter(pidFd);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"joining the PID namespace of the container's first process: {e.Message}");
        }
    }

    public void Dispose()
    {
        if (_own is not null)
        {
            Namespaces.Join(_own.Borrow, CloneFlags.CLONE_NEWPID);
            _own.Dispose();
        }
    }

    private static PidNamespaceScope Enter(Fd other)
    {
        OwnedFd own = Files.Open(Fd.CurrentDirectory, "/proc/self/ns/pid\0"u8, OpenFlags.O_RDONLY);
        try
        {
            Namespaces.Join(other, CloneFlags.CLONE_NEWPID);
        }
        catch (LinuxException)
        {
            own.Dispose();
            throw;
        }

        return new PidNamespaceScope(own);
    }
}
