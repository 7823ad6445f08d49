namespace ReMem.Tests;

/// <summary>Real weights and photos, which are no part of the repository: tests that need them skip where they are missing.</summary>
internal static class Assets
{
    /// <summary>
    /// A file or folder under REMEM_ASSETS, or under ../shared/assets of the repository; skips the test where it is missing.
    /// </summary>
    public static string Path(string relative)
    {
        string path = System.IO.Path.Combine(Root(), relative);
        if (!File.Exists(path) && !Directory.Exists(path))
            Assert.Skip($"'{relative}' is not there: set REMEM_ASSETS to the folder of real weights and photos.");
        return path;
    }

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("REMEM_ASSETS") is { Length: > 0 } given)
            return given;
        return System.IO.Path.Combine(Repository.Root, "..", "shared", "assets");
    }
}
