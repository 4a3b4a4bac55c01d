// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using OciRuntime.Abi;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>Puts the process under its filter of system calls. seccomp(2).</summary>
/// <remarks>Child only. From here on each call of the runtime itself is filtered, and may wait for somebody else's decision.</remarks>
internal static class SeccompStage
{
    /// <summary>Loads the filter and hands its listener, if it has one, to the parent.</summary>
    public static void Load(SeccompPlan plan, SyncChannel channel)
    {
        OwnedFd? listener = Load(plan, plan.Flags);
        if (listener is null)
        {
            return;
        }

        // It is close-on-exec: not to be closed here, by a call that could have to wait.
        Fd descriptor = listener.Borrow;
        if (plan.Listener!.LetsSendmsg)
        {
            if (!channel.TrySend(SyncMessage.SeccompListener, descriptor: descriptor))
            {
                Processes.Exit(1);
            }

            return;
        }

        // The parent fetches it: no profile may have write(2) decided by a listener. Its answer may have to wait for the listener, which the
        // parent then has.
        channel.TryWrite(SyncMessage.SeccompListener, descriptor.Number.ToString(CultureInfo.InvariantCulture));
        ChildEnd.Await(channel, SyncMessage.ListenerTaken);
    }

    /// <summary>For a hook, which nobody decides for: calls that a listener would decide on fail with ENOSYS.</summary>
    public static void LoadWithoutListener(SeccompPlan plan)
    {
        const SeccompFilterFlags WithListener =
            SeccompFilterFlags.SECCOMP_FILTER_FLAG_NEW_LISTENER | SeccompFilterFlags.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
        _ = Load(plan, plan.Flags & ~WithListener);
    }

    private static OwnedFd? Load(SeccompPlan plan, SeccompFilterFlags flags)
    {
        Errno errno = Seccomp.TryLoadFilter(plan.Program.AsSpan(), flags, out OwnedFd? listener);
        return errno == 0 ? listener : throw new ContainerException($"loading the filter of system calls (/linux/seccomp): seccomp: {ErrnoText.Of(errno)}");
    }
}
