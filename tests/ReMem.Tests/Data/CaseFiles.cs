using System.Formats.Tar;
using System.IO.Compression;

namespace ReMem.Tests.Data;

/// <summary>The inputs below cases/, which show the kinds of trouble that people report.</summary>
internal static class CaseFiles
{
    public static string PathOf(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Data", "cases", .. parts]);

    /// <summary>Unpacks an archive into a folder, and returns the folder of that name in it.</summary>
    public static string Unpack(string archive, string folder, string name)
    {
        using FileStream packed = File.OpenRead(PathOf(archive + ".tar.gz"));
        using var tar = new GZipStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(tar, folder, overwriteFiles: true);
        return Path.Combine(folder, name);
    }

    /// <summary>Copies the tables and their images into a folder.</summary>
    public static void CopyTables(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(PathOf("tables"), "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(PathOf("tables"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
