// SPDX-License-Identifier: Apache-2.0
using System.Text;
using FluentAssertions;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Engine;

public sealed class SyncChannelTests : KernelTest
{
    private readonly SyncChannel _one;
    private readonly SyncChannel _two;

    public SyncChannelTests()
    {
        (OwnedFd first, OwnedFd second) = Sockets.MakePair();
        (_one, _two) = (new SyncChannel(first), new SyncChannel(second));
    }

    protected override void Dispose(bool disposing)
    {
        _one.Dispose();
        _two.Dispose();
        base.Dispose(disposing);
    }

    [KernelFact]
    public void Messages_ComeOneByOne()
    {
        using OwnedFd file = Files.MakeMemoryFile("file\0"u8);
        _one.TrySend(SyncMessage.Proceed).Should().BeTrue();
        _one.TrySend(SyncMessage.Failure, "ünïcode \0 text").Should().BeTrue();
        _one.TrySend(SyncMessage.Console, descriptor: file.Borrow).Should().BeTrue();
        _two.Receive(out string text, out OwnedFd? descriptor).Should().Be(SyncMessage.Proceed);
        (text, descriptor).Should().Be(("", null));
        _two.Receive(out text, out _).Should().Be(SyncMessage.Failure);
        text.Should().Be("ünïcode \0 text");
        _two.Receive(out text, out descriptor).Should().Be(SyncMessage.Console);
        descriptor.Should().NotBeNull();
        descriptor!.Dispose();
    }

    [KernelTheory]
    [Xunit.InlineData('x')]
    [Xunit.InlineData('é')]
    [Xunit.InlineData('漢')]
    public void LongText_IsCut(char letter)
    {
        string text = new(letter, 100_000);
        _one.TrySend(SyncMessage.Failure, text).Should().BeTrue();
        _two.Receive(out string received, out _).Should().Be(SyncMessage.Failure);
        text.Should().StartWith(received);
        received.Length.Should().BeGreaterThan(2000);
    }

    [KernelFact]
    public void LongestText_IsWhole()
    {
        string text = new('x', 8192);
        _one.TrySend(SyncMessage.Failure, text).Should().BeTrue();
        _two.Receive(out string received, out _);
        received.Should().Be(text);
        Encoding.UTF8.GetByteCount(received).Should().Be(8192);
    }

    [KernelFact]
    public void ClosedEnd_IsSeenByBoth()
    {
        _one.TrySend(SyncMessage.Ready).Should().BeTrue();
        _one.Dispose();
        _two.Receive(out _, out _).Should().Be(SyncMessage.Ready);
        _two.Receive(out _, out _).Should().Be(SyncMessage.End);
        _two.TrySend(SyncMessage.Release).Should().BeFalse();
    }
}
