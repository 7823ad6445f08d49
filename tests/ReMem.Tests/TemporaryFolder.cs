using ReMem.Tests.Data;

namespace ReMem.Tests;

/// <summary>A temporary folder for a test, removed after it.</summary>
internal sealed class TemporaryFolder(string prefix = "remem-test-") : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory(prefix).FullName;

    /// <summary>The path of a file or folder in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and the folders above it.</summary>
    public string Add(string name, byte[] bytes)
    {
        string file = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        System.IO.File.WriteAllBytes(file, bytes);
        return file;
    }

    /// <summary>Writes small images, each of its own pixels, into a class folder.</summary>
    public TemporaryFolder Images(string name, int count)
    {
        for (int i = 0; i < count; i++)
            Add($"{name}/{i:000}.png", TestImages.Noise(6, 5, name, i));
        return this;
    }

    /// <summary>Copies a folder with all that is below it into another one.</summary>
    public void CopyInto(TemporaryFolder other, string name)
    {
        foreach (string file in Directory.GetFiles(File(name), "*", SearchOption.AllDirectories))
            other.Add(System.IO.Path.GetRelativePath(Path, file), System.IO.File.ReadAllBytes(file));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
