namespace ReMem.Data.Sources;

/// <summary>Checks names inside archives, which may try to lead out of the target folder.</summary>
internal static class ArchivePath
{
    /// <summary>The parts of an entry's name; a folder's last part is empty.</summary>
    /// <param name="name">The name in the archive.</param>
    /// <param name="archive">For the message.</param>
    /// <returns>Null for hidden files and files that operating systems add.</returns>
    /// <exception cref="InputException">The name leads out of the archive, or is not a valid file name.</exception>
    public static string[]? Parts(string name, string archive)
    {
        string[] parts = name.Split('/', '\\');
        if (parts.Contains("..") || parts[0].Length == 0 || parts[0].EndsWith(':') || name.Any(char.IsControl))
            throw new InputException(
                $"The entry '{name}' of '{archive}' leads out of the archive.",
                remedy: "Do not use this file: no proper tool writes such a name.");
        // tar writes ./a for a.
        parts = [.. parts[..^1].Where(p => p is not ("." or "")), parts[^1] == "." ? "" : parts[^1]];
        return parts.Any(SystemFiles.IsSystem) ? null : parts;
    }
}
