namespace ReMem.Runtime;

/// <summary>The folder of files that can be made again, kept between runs: REMEM_CACHE, else the user's cache folder.</summary>
internal static class UserCache
{
    /// <summary>The folder of one kind of content, such as "scans". It need not exist.</summary>
    public static string Folder(string kind)
    {
        string? Given(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
        string user = OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Given("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(Given("REMEM_CACHE") ?? Path.Combine(user, "remem"), kind);
    }
}
