// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Parent;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

/// <summary>The .NET runtime in a cloned child: it allocates, collects, throws and catches.</summary>
internal static class CollectScenario
{
    private const int AllocatedBytes = 50 * 1024 * 1024;
    private const int Exceptions = 100;
    private const int Survivors = 2000;

    /// <summary><c>collect CHILDREN AT-ONCE</c></summary>
    public static void Run(string[] arguments, Report report)
    {
        int children = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        int atOnce = int.Parse(arguments[2], CultureInfo.InvariantCulture);

        // A heap as after reading a large config: objects of every generation that the child inherits and collects.
        Piece inherited = Chain(Survivors);
        GC.Collect();
        Queue<(OwnedFd PidFd, OwnedFd Channel)> running = new();
        SortedDictionary<string, int> answers = new(StringComparer.Ordinal);
        for (int i = 0; i < children; i++)
        {
            running.Enqueue(Start(inherited));
            if (running.Count == atOnce)
            {
                Await(running.Dequeue(), answers);
            }
        }

        while (running.TryDequeue(out (OwnedFd PidFd, OwnedFd Channel) child))
        {
            Await(child, answers);
        }

        foreach (KeyValuePair<string, int> answer in answers)
        {
            report.Say(answer.Key, answer.Value);
        }

        report.Say("inherited", Length(inherited));
    }

    /// <summary>Null and zero, which the runtime's signal handlers turn into exceptions.</summary>
    public static void RunFaults(Report report)
    {
        (OwnedFd mine, OwnedFd theirs) = Sockets.MakePair();
        OtherThreads.AwaitParked();
        ulong mask = Signals.SetMask(Signals.AllButFaults);
        if (Processes.Clone(CloneFlags.None, null, out OwnedFd? pidFd) == 0)
        {
            Say(theirs, Faults());
        }

        _ = Signals.SetMask(mask);
        theirs.Dispose();
        SortedDictionary<string, int> answers = new(StringComparer.Ordinal);
        Await((pidFd!, mine), answers);
        foreach (string answer in answers.Keys)
        {
            report.Say("child", answer);
        }
    }

    private static (OwnedFd PidFd, OwnedFd Channel) Start(Piece inherited)
    {
        (OwnedFd mine, OwnedFd theirs) = Sockets.MakePair();
        OtherThreads.AwaitParked();
        ulong mask = Signals.SetMask(Signals.AllButFaults);
        if (Processes.Clone(CloneFlags.None, null, out OwnedFd? pidFd) == 0)
        {
            Say(theirs, Work(inherited));
        }

        _ = Signals.SetMask(mask);
        theirs.Dispose();
        return (pidFd!, mine);
    }

    private static void Say(OwnedFd channel, string words)
    {
        _ = Sockets.TrySend(channel.Borrow, Encoding.UTF8.GetBytes(words));
        Processes.Exit(0);
    }

    private static void Await((OwnedFd PidFd, OwnedFd Channel) child, SortedDictionary<string, int> answers)
    {
        using OwnedFd pidFd = child.PidFd;
        using OwnedFd channel = child.Channel;
        Span<byte> buffer = stackalloc byte[256];
        Errno errno = Sockets.TryReceive(channel.Borrow, buffer, out int count, out _);
        WaitInfo info = Processes.Wait(pidFd.Borrow);
        string words = Encoding.UTF8.GetString(buffer[..count]);
        string answer = $"{(words.Length > 0 ? words : "nothing said")}, {(errno == 0 ? "" : "receive failed, ")}code {info.Code} status {info.Status}";
        answers[answer] = answers.GetValueOrDefault(answer) + 1;
    }

    private static string Work(Piece inherited)
    {
        try
        {
            int before = GC.CollectionCount(0);
            Piece? kept = null;
            int allocated = 0;
            for (int i = 0; allocated < AllocatedBytes; i++)
            {
                Piece piece = new(new byte[16 + (i % 2000)], i % 50 == 0 ? kept : null);
                piece.Bytes[0] = (byte)i;
                kept = i % 50 == 0 ? piece : kept;
                allocated += piece.Bytes.Length;
            }

            int after = GC.CollectionCount(0);
            int length = Length(kept);
            for (int i = 0; i < 5; i++)
            {
                GC.Collect();
            }

            bool same = Length(kept) == length && Length(inherited) == Survivors;
            string caught = Throw() == Exceptions ? "caught all" : "lost exceptions";
            return $"{(same ? "heap whole" : "heap damaged")}, {(after > before ? "collected" : "never collected")}, {caught}";
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private static int Throw()
    {
        int caught = 0;
        for (int i = 0; i < Exceptions; i++)
        {
            try
            {
                Files.Open(Fd.CurrentDirectory, "/there/is/no/such/file\0"u8, default).Dispose();
            }
            catch (LinuxException e) when (e.Errno == Errno.ENOENT)
            {
                caught++;
            }
        }

        return caught;
    }

    private static string Faults()
    {
        string words = "";
        Piece? nothing = Nothing();
        try
        {
            words += Length(nothing!.Next);
        }
        catch (NullReferenceException)
        {
            words += "null caught";
        }

        try
        {
            words += 1 / Length(nothing);
        }
        catch (DivideByZeroException)
        {
            words += ", zero caught";
        }

        return words;
    }

    private static Piece? Nothing() => Environment.ProcessId > 0 ? null : new Piece([], null);

    private static Piece Chain(int length)
    {
        Piece last = new([1], null);
        for (int i = 1; i < length; i++)
        {
            last = new Piece(new byte[i % 300], last);
        }

        return last;
    }

    private static int Length(Piece? piece)
    {
        int length = 0;
        for (; piece is not null; piece = piece.Next)
        {
            length++;
        }

        return length;
    }

    private sealed class Piece(byte[] bytes, Piece? next)
    {
        public byte[] Bytes { get; } = bytes;

        public Piece? Next { get; } = next;
    }
}
