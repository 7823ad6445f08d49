namespace ReMem.Tests;

/// <summary>The repository that the tests run in.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ReMem.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("ReMem.slnx is not above the tests' program.");
        return folder;
    }
}
