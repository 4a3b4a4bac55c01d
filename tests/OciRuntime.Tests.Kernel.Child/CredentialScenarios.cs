// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

internal static class CredentialScenarios
{
    public static void RunCapabilities(Report report)
    {
        ulong permitted = Credentials.PermittedCapabilities();
        report.Say("permitted", permitted == ulong.Parse(Report.Status("CapPrm"), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        int chown = Capability.NumberOf("CAP_CHOWN");
        int bpf = Capability.NumberOf("CAP_BPF");
        report.Say("drop bounding", Credentials.TryDropBounding(bpf));
        report.Say("drop bounding beyond the last", Credentials.TryDropBounding(63));
        report.Say("bounding", (ulong.Parse(Report.Status("CapBnd"), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> bpf & 1) == 0);

        // In both halves of the kernel's two words.
        ulong some = (1UL << chown) | (1UL << bpf);
        Credentials.SetCapabilities(effective: 1UL << chown, permitted: some, inheritable: 1UL << chown);
        report.Say("sets", $"{Report.Status("CapEff")} {Report.Status("CapPrm")} {Report.Status("CapInh")}");
        report.Say("raise ambient", Credentials.TryRaiseAmbient(chown));
        report.Say("raise ambient that is not inheritable", Credentials.TryRaiseAmbient(bpf));
        report.Say("ambient", Report.Status("CapAmb"));
        Credentials.ClearAmbient();
        report.Say("ambient cleared", Report.Status("CapAmb"));
        report.SayOutcome("more than permitted", () => Credentials.SetCapabilities(0, ulong.MaxValue >> 23, 0));
    }

    public static void RunIds(Report report)
    {
        report.Say("effective user", Credentials.EffectiveUserId);
        Errno joined = Credentials.TryJoinSessionKeyring("kernel-tests\0"u8, out int serial);
        report.Say("keyring", joined == Errno.ENOSYS || (joined == 0 && serial > 0));
        report.Say("keyring permissions", joined == Errno.ENOSYS ? Errno.ENOSYS : Credentials.TrySetKeyPermissions(serial, 0x3F1B0000));
        report.Say("keyring permissions of no key", Credentials.TrySetKeyPermissions(int.MaxValue, 0));
        report.Say("set groups", Credentials.TrySetGroups([7, 70000, 4294967294]));
        report.Say("groups", Report.Status("Groups"));
        _ = Credentials.TrySetGroups([]);
        report.Say("no groups", Report.Status("Groups"));
        Credentials.SetGroup(4000000000);
        Credentials.SetUser(4000000001);
        report.Say("gid", Report.Status("Gid").Replace('\t', ' '));
        report.Say("uid", Report.Status("Uid").Replace('\t', ' '));
        report.Say("effective user afterwards", Credentials.EffectiveUserId);
        report.Say("groups as nobody", Credentials.TrySetGroups([1]));
        report.SayOutcome("group as nobody", () => Credentials.SetGroup(0));
        report.SayOutcome("user as nobody", () => Credentials.SetUser(0));
    }
}
