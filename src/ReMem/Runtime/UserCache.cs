namespace ReMem.Runtime;

/// <summary>Where the program keeps what it can make again.</summary>
internal static class UserCache
{
    /// <summary>REMEM_CACHE, else remem in the user's cache folder.</summary>
    public static string Folder
    {
        get
        {
            string? Given(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
            string user = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Given("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Given("REMEM_CACHE") ?? Path.Combine(user, "remem");
        }
    }
}
