// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>User, groups and capabilities of the program.</summary>
internal static class CredentialStage
{
    /// <summary>In a new user namespace, once its maps are written: root there, whoever we are outside.</summary>
    public static void BecomeRoot()
    {
        Credentials.SetGroup(0);
        Credentials.SetUser(0);
    }

    public static void Run(ProcessPlan process)
    {
        CapabilityPlan sets = process.Capabilities;
        try
        {
            DropBounding(sets.Bounding);
            if (process.NoNewPrivileges)
            {
                Processes.Control(ProcessControl.PR_SET_NO_NEW_PRIVS, 1);
            }

            // prctl(2), PR_SET_KEEPCAPS: without it the permitted set is lost with the change from root to another user.
            Processes.Control(ProcessControl.PR_SET_KEEPCAPS, 1);
            SetGroups(process);
            Credentials.SetGroup(process.Gid);
            Credentials.SetUser(process.Uid);
            Processes.Control(ProcessControl.PR_SET_KEEPCAPS, 0);
            Credentials.SetCapabilities(sets.Effective, sets.Permitted, sets.Inheritable);
            Credentials.ClearAmbient();
            RaiseAmbient(sets.Ambient);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"setting user, groups and capabilities of the process (/process): {e.Message}");
        }
    }

    private static void SetGroups(ProcessPlan process)
    {
        Errno errno = Credentials.TrySetGroups(process.AdditionalGids.AsSpan());

        // user_namespaces(7): in a namespace that an unprivileged user made, setgroups is denied; there are none to drop but the user's own.
        if (errno != 0 && !(errno == Errno.EPERM && process.AdditionalGids.IsEmpty && NamespaceStage.IsSetGroupsDenied()))
        {
            throw new LinuxException("setgroups", errno, "");
        }
    }

    private static void DropBounding(ulong kept)
    {
        for (int capability = 0; capability < Capability.Count; capability++)
        {
            if ((kept >> capability & 1) == 0)
            {
                // EINVAL: an older kernel, which does not have this capability.
                Errno errno = Credentials.TryDropBounding(capability);
                if (errno is not (0 or Errno.EINVAL))
                {
                    throw new LinuxException("prctl PR_CAPBSET_DROP", errno, Capability.Names[capability]);
                }
            }
        }
    }

    private static void RaiseAmbient(ulong ambient)
    {
        for (int capability = 0; capability < Capability.Count; capability++)
        {
            if ((ambient >> capability & 1) != 0 && Credentials.TryRaiseAmbient(capability) is var errno and not 0)
            {
                throw new LinuxException("prctl PR_CAP_AMBIENT_RAISE", errno, Capability.Names[capability]);
            }
        }
    }
}
