using System.Runtime.InteropServices;

namespace ReMem.Runtime;

/// <summary>
/// A larger stack for .NET's handler of null references. The handler runs on a separate stack of 16 KB per thread with its guard page
/// (dotnet/runtime#127320). On a thread that has computed in bf16 with AMX, Linux saves 11 KB of registers there, the handler overflows,
/// and an exception that would have been caught kills the process instead (SIGSEGV, no message).
/// </summary>
internal static unsafe partial class SignalStack
{
    /// <summary>Bytes of the larger stack, with its guard page.</summary>
    internal const int Size = 128 * 1024;

    private const int Disabled = 2;
    private const int InUse = 1;
    private const int NoAccess = 0;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    [ThreadStatic]
    private static Owner? t_owner;

    /// <summary>Gives this thread a larger signal stack, once. Linux on x64; no effect elsewhere.</summary>
    public static void Enlarge()
    {
        if (t_owner is not null)
            return;
        t_owner = new Owner();
        Description now;
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            || SigAltStack(null, &now) != 0 || (now.Flags & (Disabled | InUse)) != 0 || now.Size >= Size)
            return;
        void* start = MMap(null, Size, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)start == -1)
            return;

        var larger = new Description { Start = start, Size = Size };
        if (MProtect(start, (nuint)Environment.SystemPageSize, NoAccess) != 0 || SigAltStack(&larger, null) != 0)
            _ = MUnmap(start, Size);
        else
            t_owner.Replaced(start, now);
    }

    /// <summary>Bytes of this thread's signal stack; 0 where it has none.</summary>
    internal static long Room()
    {
        Description now;
        return SigAltStack(null, &now) != 0 || (now.Flags & Disabled) != 0 ? 0 : (long)now.Size;
    }

    [LibraryImport("libc.so.6", EntryPoint = "sigaltstack")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SigAltStack(Description* wanted, Description* found);

    [LibraryImport("libc.so.6", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* MMap(void* near, nuint length, int access, int flags, int file, nint offset);

    [LibraryImport("libc.so.6", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MProtect(void* start, nuint length, int access);

    [LibraryImport("libc.so.6", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MUnmap(void* start, nuint length);

    /// <summary>
    /// Frees both stacks when the thread has ended: .NET 10 unmaps its own only where it is the one in use. Another .NET may free more.
    /// </summary>
    private sealed class Owner
    {
        private void* _start;
        private Description _before;

        ~Owner()
        {
            if (_start == null || Environment.Version.Major != 10)
                return;
            _ = MUnmap(_start, Size);
            _ = MUnmap(_before.Start, _before.Size);
        }

        public void Replaced(void* start, Description before)
        {
            _start = start;
            _before = before;
        }
    }

    /// <summary>stack_t of &lt;signal.h&gt;.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Description
    {
        public void* Start;
        public int Flags;
        public nuint Size;
    }
}
