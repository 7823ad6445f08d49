using System.Runtime.InteropServices;

namespace ReMem.Runtime;

/// <summary>Distinguishes files from pipes, sockets and devices, which .NET treats as existing files of length 0.</summary>
internal static unsafe partial class FileKind
{
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private const int StatBytes = 512;
    private const int CurrentFolder = -100;
    private const uint WantType = 1;
    private const int LinuxModeOffset = 28;
    private const int MacModeOffset = 4;

    /// <summary>
    /// "a folder", "a pipe", "a socket" or "a device"; null for a file, for nothing, and where the system does not say. Links are followed.
    /// </summary>
    public static string? Other(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            return null;
        if (Directory.Exists(path))
            return "a folder";
        return ModeOf(path) is not { } mode ? null : (mode & TypeMask) switch
        {
            RegularFile => null,
            Folder => "a folder",
            0x1000 => "a pipe",
            0xC000 => "a socket",
            _ => "a device",
        };
    }

    private static int? ModeOf(string path)
    {
        byte* status = stackalloc byte[StatBytes];
        try
        {
            if (OperatingSystem.IsLinux())
                return Statx(CurrentFolder, path, 0, WantType, status) == 0 ? *(ushort*)(status + LinuxModeOffset) : null;
            if (OperatingSystem.IsMacOS())
                return Stat(path, status) == 0 ? *(ushort*)(status + MacModeOffset) : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library without this function: what the path is shows when it is opened.
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* status);
}
