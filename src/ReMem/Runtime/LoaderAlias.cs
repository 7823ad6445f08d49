using System.Runtime.InteropServices;

namespace ReMem.Runtime;

/// <summary>
/// Lets a loaded library also stand for another path. TorchSharp's static constructor opens libtorch_cpu.so in the program's folder by
/// its path, whatever is loaded already; a second copy would register every operator twice, which ends the process. For a path that
/// equals the l_name of a loaded library (link.h), glibc returns that library and opens no file.
/// </summary>
internal static unsafe partial class LoaderAlias
{
    private const int Lazy = 1;
    private const int NoLoad = 4;

    /// <summary>
    /// Makes <paramref name="alias"/> mean the library that was loaded from <paramref name="path"/>, for the life of the process.
    /// </summary>
    /// <exception cref="ReMemException">
    /// This system's loader does not work this way, or the alias is loaded itself; nothing was changed then.
    /// </exception>
    public static void Add(string path, string alias)
    {
        nint library = Open(path);
        if (library == 0 || Open(alias) != 0)
            throw Failed(alias);
        // struct link_map { ElfW(Addr) l_addr; char *l_name; ... }: reading the known name first proves the layout before it is written.
        nint* name = (nint*)library + 1;
        if (Marshal.PtrToStringUTF8(*name) != path)
            throw Failed(alias);
        nint before = *name;
        *name = Marshal.StringToCoTaskMemUTF8(alias);
        if (Open(alias) == library)
            return;
        *name = before;
        throw Failed(alias);
    }

    private static nint Open(string path) => Open(path, Lazy | NoLoad);

    private static ReMemException Failed(string alias) => new(
        $"{Libtorch.Variable} does not work here: the libtorch at {alias} would be loaded as well.", remedy:
        $"Load libtorch before the first tensor, or unset {Libtorch.Variable}.");

    [LibraryImport("libc.so.6", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Open(string path, int flags);
}
