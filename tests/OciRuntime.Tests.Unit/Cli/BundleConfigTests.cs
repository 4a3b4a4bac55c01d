// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;
using FluentAssertions;
using OciRuntime.Cli;
using OciRuntime.Cli.Config;
using OciRuntime.Spec.Json;
using Xunit;

namespace OciRuntime.Tests.Unit.Cli;

public sealed class BundleConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ocirun-bundle-").FullName;

    private string ConfigFile => Path.Combine(_folder, "config.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_NoConfig_SaysHowToMakeOne()
    {
        CommandException failure = Refusal();

        failure.Message.Should().Be($"cannot read {ConfigFile}: ENOENT (no such file or directory)");
        failure.Hint.Should().Be("run `ocirun spec` in the bundle to make one");
    }

    [Fact]
    public void Read_NoBundle_NamesIt()
    {
        Action read = () => BundleConfig.Read($"{_folder}/none", config: null);

        read.Should().Throw<CommandException>().WithMessage($"cannot open the bundle {_folder}/none: ENOENT (no such file or directory)");
    }

    [Fact]
    public void Read_FolderAsConfig_IsRefused()
    {
        Directory.CreateDirectory(ConfigFile);

        Refusal().Message.Should().Be($"cannot read {ConfigFile}: EISDIR (is a directory)");
    }

    [Fact]
    public void Read_FifoAsConfig_IsRefusedWithoutWaiting()
    {
        using (Process made = Process.Start("mkfifo", [ConfigFile]))
        {
            made.WaitForExit();
        }

        Refusal().Message.Should().Be($"cannot read {ConfigFile}: not a regular file");
    }

    [Fact]
    public void Read_HugeConfig_IsRefusedUnread()
    {
        const long Huge = 100L << 30;
        using (FileStream file = new(ConfigFile, FileMode.CreateNew))
        {
            file.SetLength(Huge);
        }

        Refusal().Message.Should().Be(SpecReader.TooLarge(ConfigFile, Huge));
    }

    [Fact]
    public void Read_SeveralViolations_ReportsAllAndCountsThem()
    {
        File.WriteAllText(ConfigFile, """{"ociVersion":"1.0.0","root":{"path":7},"process":{"cwd":"x","args":["a"]}}""");

        InvalidConfigException failure = Record.Exception(() => BundleConfig.Read(_folder, config: null)).Should().BeOfType<InvalidConfigException>().Subject;

        failure.Errors.Should().HaveCountGreaterThan(1);
        failure.Message.Should().StartWith($"{ConfigFile}: /root/path: ").And.EndWith($" (and {failure.Errors.Count - 1} more)");
        failure.Errors.Should().ContainSingle(error => error.Path.Text == "/root/path", "a refused value is not missing as well");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    public void Read_NoObject_IsRefused(string text)
    {
        File.WriteAllText(ConfigFile, text);

        Record.Exception(() => BundleConfig.Read(_folder, config: null)).Should().BeOfType<InvalidConfigException>();
    }

    private CommandException Refusal() =>
        Record.Exception(() => BundleConfig.Read(_folder, config: null)).Should().BeOfType<CommandException>().Subject;
}
