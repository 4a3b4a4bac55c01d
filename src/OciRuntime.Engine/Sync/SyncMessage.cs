// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Engine.Sync;

/// <summary>What parent and child say to each other; the first byte of a message.</summary>
internal enum SyncMessage : byte
{
    /// <summary>Nothing: the other end is closed, its process has gone or has become another program.</summary>
    End = 0,

    /// <summary>Parent: the id maps are written, the child is in its control group and has its OOM score.</summary>
    Proceed,

    /// <summary>The process in between: here is the pidfd of the one that goes on.</summary>
    Sibling,

    /// <summary>Child: this is the network namespace that devices are to be moved to, as a descriptor.</summary>
    Network,

    /// <summary>Parent: they are there.</summary>
    NetworkDone,

    /// <summary>Child: the root is mounted, the runtime's hooks may run.</summary>
    RootReady,

    /// <summary>Parent: the hooks have run.</summary>
    HooksDone,

    /// <summary>Child: here is the terminal's other end, as a descriptor.</summary>
    Console,

    /// <summary>Child: all is set up but what start does.</summary>
    Ready,

    /// <summary>Parent: the state is written. From here on the child lives without the parent.</summary>
    Release,

    /// <summary>The start command: run the program. A connection that closes without it only asked whether anybody listens.</summary>
    Start,

    /// <summary>Child: here is its filter's listener, as a descriptor, or as its number where the filter forbids to send it.</summary>
    SeccompListener,

    /// <summary>Parent: it has fetched the listener that it was given by number.</summary>
    ListenerTaken,

    /// <summary>Child: the next thing is the program.</summary>
    Executing,

    /// <summary>Child: the text says what failed. It ends.</summary>
    Failure,

    /// <summary>Child: the source of the bind whose origin is the text is not for its own ids to open.</summary>
    SourceWanted,

    /// <summary>Parent: here it is, as a detached mount.</summary>
    Source,
}
