namespace ReMem.Tests.Data;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder() => Root = Directory.CreateTempSubdirectory("remem-tests-").FullName;

    public string Root { get; }

    public string At(string path) => Path.Combine(Root, path);

    /// <summary>Writes a file and the folders above it.</summary>
    public string Add(string path, byte[] bytes)
    {
        string file = At(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    /// <summary>Writes small images, each of its own pixels, into a class folder.</summary>
    public TempFolder Images(string folder, int count)
    {
        for (int i = 0; i < count; i++)
            Add($"{folder}/{i:000}.png", TestImages.Noise(6, 5, folder, i));
        return this;
    }

    /// <summary>Copies a folder with all that is below it into another one.</summary>
    public void CopyInto(TempFolder other, string path)
    {
        foreach (string file in Directory.GetFiles(At(path), "*", SearchOption.AllDirectories))
            other.Add(Path.GetRelativePath(Root, file), File.ReadAllBytes(file));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
