namespace ReMem.Fuzz;

/// <summary>A reader of untrusted bytes, and the seeds of its hostile files.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Seeds">Valid files, and some that went wrong once; mutations start from them.</param>
/// <param name="Read">Reads bytes all the way, in a folder of its own. Only the product's own exceptions may leave it.</param>
/// <param name="IsDear">Whether an input takes a millisecond or more: it then gets a tenth of the runs.</param>
internal sealed record FuzzReader(string Name, Func<IReadOnlyList<byte[]>> Seeds, Action<byte[], string> Read, bool IsDear = false)
{
    /// <summary>The files of the corpus whose names begin and end so.</summary>
    public static byte[][] Cases(params string[] patterns) =>
    [
        .. patterns.SelectMany(p => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "cases"), p)).Distinct()
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
    ];
}
