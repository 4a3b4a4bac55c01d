// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Text;
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>A message of libsystemd's. sd-bus(3). Types are D-Bus signatures.</summary>
/// <remarks>Parent only.</remarks>
public sealed unsafe partial class SdBusMessage : IDisposable
{
    private nint _message;

    internal SdBusMessage(nint message) => _message = message;

    internal nint Pointer => _message;

    /// <summary>What it is the reply to; 0 if it is none. <c>sd_bus_message_get_reply_cookie(3)</c>.</summary>
    public ulong ReplyCookie
    {
        get
        {
            ulong cookie = 0;
            return GetReplyCookie(_message, &cookie) < 0 ? 0 : cookie;
        }
    }

    /// <summary>The name and the words of an error reply; null if it is none. <c>sd_bus_message_get_error(3)</c>.</summary>
    public (string Name, string Words)? Error
    {
        get
        {
            // struct sd_bus_error: const char *name, *message; int need_free.
            nint* error = GetError(_message);
            return error == null ? null : (TextOf(error[0]), TextOf(error[1]));
        }
    }

    /// <summary><c>sd_bus_message_is_signal(3)</c>.</summary>
    public bool IsSignal(KernelString type, KernelString member)
    {
        fixed (byte* of = type.Span, name = member.Span)
        {
            return SdBus.Check(IsSignal(_message, of, name), "sd_bus_message_is_signal") > 0;
        }
    }

    /// <summary>For a call whose result nobody waits for. <c>sd_bus_message_set_expect_reply(3)</c>.</summary>
    public void ExpectNoReply() => SdBus.Check(SetExpectReply(_message, 0), "sd_bus_message_set_expect_reply");

    /// <summary>A string, an object path or a signature. <c>sd_bus_message_append_basic(3)</c>.</summary>
    public void Append(char type, KernelString text)
    {
        fixed (byte* value = text.Span)
        {
            SdBus.Check(AppendBasic(_message, (byte)type, value), "sd_bus_message_append_basic", text);
        }
    }

    /// <summary>A number or a Boolean, by its bits. <c>sd_bus_message_append_basic(3)</c>.</summary>
    public void Append(char type, ulong bits)
    {
        // Little-endian, so that the narrower types are at the start.
        SdBus.Check(AppendBasic(_message, (byte)type, &bits), "sd_bus_message_append_basic");
    }

    /// <param name="kind"><c>a</c> for an array, <c>r</c> for a structure, <c>v</c> for a variant. <c>sd_bus_message_open_container(3)</c>.</param>
    public void Open(char kind, KernelString contents)
    {
        fixed (byte* inner = contents.Span)
        {
            SdBus.Check(OpenContainer(_message, (byte)kind, inner), "sd_bus_message_open_container", contents);
        }
    }

    /// <summary><c>sd_bus_message_close_container(3)</c>.</summary>
    public void CloseContainer() => SdBus.Check(CloseContainer(_message), "sd_bus_message_close_container");

    /// <summary><c>sd_bus_message_enter_container(3)</c>.</summary>
    public void Enter(char kind, KernelString contents)
    {
        fixed (byte* inner = contents.Span)
        {
            SdBus.Check(EnterContainer(_message, (byte)kind, inner), "sd_bus_message_enter_container", contents);
        }
    }

    /// <summary>The next value, a string or an object path. <c>sd_bus_message_read_basic(3)</c>.</summary>
    public string ReadText(char type)
    {
        nint text = 0;
        SdBus.Check(ReadBasic(_message, (byte)type, &text), "sd_bus_message_read_basic");
        return TextOf(text);
    }

    /// <summary>The next value, a uint32. <c>sd_bus_message_read_basic(3)</c>.</summary>
    public uint ReadNumber()
    {
        uint number = 0;
        SdBus.Check(ReadBasic(_message, (byte)'u', &number), "sd_bus_message_read_basic");
        return number;
    }

    /// <summary><c>sd_bus_message_unref(3)</c>.</summary>
    public void Dispose()
    {
        if (_message != 0)
        {
            _ = Unreference(_message);
            _message = 0;
        }
    }

    private static string TextOf(nint text) =>
        text == 0 ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)text));

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_get_reply_cookie"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetReplyCookie(nint message, ulong* cookie);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_get_error"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint* GetError(nint message);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_is_signal"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int IsSignal(nint message, byte* type, byte* member);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_set_expect_reply"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetExpectReply(nint message, int expects);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_append_basic"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AppendBasic(nint message, byte type, void* value);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_open_container"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenContainer(nint message, byte kind, byte* contents);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_close_container"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseContainer(nint message);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_enter_container"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EnterContainer(nint message, byte kind, byte* contents);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_read_basic"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ReadBasic(nint message, byte type, void* value);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_bus_message_unref"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Unreference(nint message);
}
