// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>Limits that take the runtime's own capabilities, set from outside: the child may be in a user namespace where it has none.</summary>
internal static class ProcessLimits
{
    /// <summary>proc_pid_oom_score_adj(5).</summary>
    public static void SetOomScore(int pid, int score)
    {
        KernelString path = KernelString.Of($"/proc/{pid}/oom_score_adj");
        Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, path.Span, KernelString.Of($"{score}").Text);
        if (errno != 0)
        {
            string hint = errno == Errno.EACCES ? " (hint: a lower score needs CAP_SYS_RESOURCE)" : "";
            throw new ContainerException($"setting the OOM score to {score} (/process/oomScoreAdj){hint}: write {path}: {ErrnoText.Of(errno)}");
        }
    }

    /// <summary>prlimit(2).</summary>
    public static void SetLimits(int pid, ImmutableArray<RlimitPlan> limits)
    {
        foreach (RlimitPlan limit in limits)
        {
            Errno errno = Processes.TrySetLimit(pid, limit.Resource, limit.Soft, limit.Hard);
            if (errno != 0)
            {
                string hint = errno == Errno.EPERM ? " (hint: a hard limit can be raised with CAP_SYS_RESOURCE only)" : "";
                throw new ContainerException(
                    $"setting {Rlimit.Names[limit.Resource]} to {limit.Soft}, hard {limit.Hard} ({limit.Origin}){hint}: prlimit: {ErrnoText.Of(errno)}");
            }
        }
    }
}
