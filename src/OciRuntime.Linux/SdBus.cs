// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>A connection of libsystemd's. sd-bus(3).</summary>
/// <remarks>
/// The one library that is not bound when linking: the first call here loads it, and nothing else does. Parent only. A method is one call of the
/// library; none of them waits: who waits polls <see cref="Descriptor"/>. No call-backs: messages are fetched.
/// </remarks>
public sealed unsafe partial class SdBus : IDisposable
{
    internal const string Library = "libsystemd.so.0";

    private nint _bus;

    /// <summary>Not connected yet. <c>sd_bus_new(3)</c>.</summary>
    /// <exception cref="DllNotFoundException">There is no libsystemd here.</exception>
    public SdBus()
    {
        nint bus = 0;
        Check(New(&bus), "sd_bus_new");
        _bus = bus;
    }

    /// <summary><c>sd_bus_get_fd(3)</c>.</summary>
    public Fd Descriptor => new(Check(GetFd(_bus), "sd_bus_get_fd"));

    /// <summary>What to poll for. <c>sd_bus_get_events(3)</c>.</summary>
    public short Events => (short)Check(GetEvents(_bus), "sd_bus_get_events");

    /// <summary>How long a reply may take: 25 s, or what the caller's environment says in SYSTEMD_BUS_TIMEOUT. <c>sd_bus_get_method_call_timeout(3)</c>.</summary>
    public long CallTimeoutMilliseconds
    {
        get
        {
            ulong microseconds = 0;
            Check(GetMethodCallTimeout(_bus, &microseconds), "sd_bus_get_method_call_timeout");
            return (long)Math.Min(microseconds / 1000, int.MaxValue);
        }
    }

    /// <summary><c>sd_bus_set_address(3)</c>.</summary>
    public void SetAddress(KernelString address)
    {
        fixed (byte* text = address.Span)
        {
            Check(SetAddress(_bus, text), "sd_bus_set_address", address);
        }
    }

    /// <summary>Whether a bus is at the other end, which has to be greeted, not a single service. <c>sd_bus_set_bus_client(3)</c>.</summary>
    public void SetBusClient(bool isBus) => Check(SetBusClient(_bus, isBus ? 1 : 0), "sd_bus_set_bus_client");

    /// <summary>Connects, without waiting for what the other end says. <c>sd_bus_start(3)</c>.</summary>
    /// <returns>EAGAIN while its queue is full.</returns>
    public Errno TryStart() => Raw.ErrnoOf(Start(_bus));

    /// <summary>Does one step of what is to be done. <c>sd_bus_process(3)</c>.</summary>
    /// <param name="message">A message that came in, for the caller to dispose of; null if it was none, or one for the library itself.</param>
    /// <returns>False if there was nothing to do.</returns>
    public bool Process(out SdBusMessage? message)
    {
        nint* fetched = stackalloc nint[1];
        *fetched = 0;
        int result = Check(Process(_bus, fetched), "sd_bus_process");
        message = *fetched == 0 ? null : new SdBusMessage(*fetched);
        return result > 0;
    }

    /// <summary><c>sd_bus_message_new_method_call(3)</c>.</summary>
    public SdBusMessage NewCall(KernelString destination, KernelString path, KernelString type, KernelString member)
    {
        nint message = 0;
        fixed (byte* to = destination.Span, at = path.Span, of = type.Span, name = member.Span)
        {
            Check(NewMethodCall(_bus, &message, to, at, of, name), "sd_bus_message_new_method_call", member);
        }

        return new SdBusMessage(message);
    }

    /// <summary>Sends it, or queues it until the connection is there. <c>sd_bus_send(3)</c>.</summary>
    /// <returns>What the reply refers to.</returns>
    public ulong Send(SdBusMessage message)
    {
        ulong cookie = 0;
        Check(Send(_bus, message.Pointer, &cookie), "sd_bus_send");
        return cookie;
    }

    /// <summary><c>sd_bus_close(3)</c>, <c>sd_bus_unref(3)</c>: they belong together.</summary>
    public void Dispose()
    {
        if (_bus != 0)
        {
            Close(_bus);
            _ = Unreference(_bus);
            _bus = 0;
        }
    }

    internal static int Check(int result, string call, KernelString subject = default)
    {
        LinuxException.ThrowIfError(result, call, subject.Span);
        return result;
    }

    [LibraryImport(Library, EntryPoint = "sd_bus_new"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int New(nint* bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_fd"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetFd(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_events"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetEvents(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_method_call_timeout"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetMethodCallTimeout(nint bus, ulong* microseconds);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_address"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAddress(nint bus, byte* address);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_bus_client"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetBusClient(nint bus, int isBus);

    [LibraryImport(Library, EntryPoint = "sd_bus_start"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Start(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_process"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Process(nint bus, nint* message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_call"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NewMethodCall(nint bus, nint* message, byte* destination, byte* path, byte* type, byte* member);

    [LibraryImport(Library, EntryPoint = "sd_bus_send"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(nint bus, nint message, ulong* cookie);

    [LibraryImport(Library, EntryPoint = "sd_bus_close"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Close(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_unref"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Unreference(nint bus);
}
