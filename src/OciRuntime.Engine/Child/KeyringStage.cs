// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>A session keyring of the container's own: it must not see, or fill, the caller's. session-keyring(7).</summary>
internal static class KeyringStage
{
    // include/linux/key.h: what a new session keyring allows its possessor and its user, keyring_alloc in security/keys/process_keys.c.
    private const uint Default = 0x3F130000;
    private const uint UserSearch = 0x00080000;
    private const uint OtherSearch = 0x00000008;

    /// <summary>For the first process: makes it. Its user may search it: else an exec could not join it by its name.</summary>
    /// <param name="isUserNamespace">Others in the container may then, too: as with runc, which lacks the first, so that there each exec gets one of its own.</param>
    public static void Make(string id, PrivateProc proc, ProcessPlan? process, bool isUserNamespace)
    {
        if (Join(id, proc, process) is not { } serial)
        {
            return;
        }

        Errno errno = Credentials.TrySetKeyPermissions(serial, Default | UserSearch | (isUserNamespace ? OtherSearch : 0));
        if (errno != 0)
        {
            throw Failed("KEYCTL_SETPERM", errno);
        }
    }

    /// <summary>For each process of the container: joins it by its name.</summary>
    /// <returns>Its serial number; null where there are no keyrings for us.</returns>
    public static int? Join(string id, PrivateProc proc, ProcessPlan? process)
    {
        if (process?.SelinuxLabel is { } label)
        {
            LabelStage.LabelKeys(proc, label);
        }

        Errno errno = Credentials.TryJoinSessionKeyring(KernelString.Of($"_ses.{id}").Span, out int serial);

        // ENOSYS: a kernel without keys has none to protect. EPERM, EACCES: a seccomp filter around us forbids it, as in a nested container.
        return errno switch
        {
            0 => serial,
            Errno.ENOSYS or Errno.EPERM or Errno.EACCES => null,
            _ => throw Failed("KEYCTL_JOIN_SESSION_KEYRING", errno),
        };
    }

    private static ContainerException Failed(string operation, Errno errno) =>
        new($"making a session keyring: keyctl {operation}: {ErrnoText.Of(errno)} (hint: --no-new-keyring does without)");
}
