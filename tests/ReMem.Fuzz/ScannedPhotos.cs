using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Fuzz;

/// <summary>A small data set whose kept scan is forged.</summary>
internal static class ScannedPhotos
{
    private static readonly Lazy<(ImageDataset Data, string Folder, string File)> Set = new(Make);

    /// <summary>The scan as it is.</summary>
    public static byte[] Seed() => File.ReadAllBytes(Set.Value.File);

    /// <summary>Checks the data set with a scan that someone wrote.</summary>
    public static void Read(byte[] bytes, string work)
    {
        (ImageDataset data, string folder, string file) = Set.Value;
        File.WriteAllBytes(file, bytes);
        Preflight.Check(data, BadImagePolicy.Skip, leakage: LeakagePolicy.Warn, viewSize: 32, scanFolder: folder);
        DatasetInspector.Inspect(data, 1, folder);
    }

    private static (ImageDataset, string, string) Make()
    {
        string root = Directory.CreateTempSubdirectory("remem-fuzz-photos-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        Seeds.WriteFolder(Path.Combine(root, "photos"));
        ImageDataset data = DatasetReader.Open(Path.Combine(root, "photos"));
        string scans = Path.Combine(root, "scans");
        Preflight.Check(data, leakage: LeakagePolicy.Warn, scanFolder: scans);
        return (data, scans, Directory.GetFiles(scans).Single());
    }
}
