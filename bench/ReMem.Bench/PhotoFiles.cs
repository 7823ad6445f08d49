using ReMem.Data.Sources;

namespace ReMem.Bench;

/// <summary>Files as they are; file i has label i mod classes.</summary>
internal sealed class PhotoFiles(string[] files, int classes = 1) : IImageSource
{
    public int Count => files.Length;

    public int Label(int index) => index % classes;

    public string Name(int index) => files[index];

    public byte[] Read(int index) => File.ReadAllBytes(files[index]);
}
