// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>While it lasts, children are born in the PID namespace that config.json gives by path: a process can't change its own. pid_namespaces(7).</summary>
internal sealed class PidNamespaceScope : IDisposable
{
    private readonly OwnedFd? _own;

    public PidNamespaceScope(NamespacePlan namespaces)
    {
        foreach (NamespaceJoin join in namespaces.Joined)
        {
            if (join.Type != CloneFlags.CLONE_NEWPID)
            {
                continue;
            }

            try
            {
                _own = Files.Open(Fd.CurrentDirectory, "/proc/self/ns/pid\0"u8, OpenFlags.O_RDONLY);
                using OwnedFd other = Files.Open(Fd.CurrentDirectory, join.Path.Span, OpenFlags.O_RDONLY);
                Namespaces.Join(other.Borrow, CloneFlags.CLONE_NEWPID);
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"joining the namespace {join.Path} ({join.Origin}): {e.Message}");
            }
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
}
