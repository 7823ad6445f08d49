using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>
/// Finds the files that a table names. A path is tried as written, below the table's folder; then with Windows separators, unescaped, and
/// without extension or letter case, by the longest end that it shares with a file below that folder: a table may be moved with its images,
/// which breaks absolute paths.
/// </summary>
/// <param name="folder">The table's folder, a full path.</param>
internal sealed class ManifestPaths(string folder)
{
    private readonly Lazy<Dictionary<string, List<string>>> _byStem = new(() => Index(folder));

    /// <summary>Number of paths found by their end only.</summary>
    public int Guessed { get; private set; }

    /// <summary>An example of those: as written, and the file that was found.</summary>
    public (string Written, string Found)? Example { get; private set; }

    /// <summary>Number of paths without a file.</summary>
    public int Missing { get; private set; }

    /// <summary>The file of a path; where there is none, the path that was tried first.</summary>
    public string Resolve(string written)
    {
        string direct = Direct(written);
        if (File.Exists(direct))
            return direct;
        if (ByEnd(written) is { } found)
        {
            Guessed++;
            Example ??= (written, found);
            return found;
        }

        Missing++;
        return direct;
    }

    /// <summary>Whether a cell is the path of a file.</summary>
    public bool Finds(string cell) => cell.Length > 0 && (File.Exists(Direct(cell)) || ByEnd(cell) is not null);

    private string Direct(string written)
    {
        string path = written;
        if (path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(path, UriKind.Absolute, out Uri? uri))
            path = uri.LocalPath;
        string full = Full(path);
        return File.Exists(full) || Path.DirectorySeparatorChar == '\\' || !path.Contains('\\', StringComparison.Ordinal)
            ? full
            : Full(path.Replace('\\', '/'));
    }

    private string Full(string path)
    {
        try
        {
            return Path.GetFullPath(Path.Combine(folder, path));
        }
        catch (ArgumentException)
        {
            // A NUL, which no file system allows.
            return Path.Combine(folder, "no path");
        }
    }

    /// <summary>
    /// The one file that shares the longest end with the path; null where there is none, or several with equally long ends.
    /// </summary>
    private string? ByEnd(string written)
    {
        foreach (string form in new[] { written, Unescaped(written) }.Distinct())
        {
            string[] wanted = Parts(form);
            if (wanted.Length == 0 || !_byStem.Value.TryGetValue(Stem(wanted[^1]), out List<string>? sameStem))
                continue;
            bool hasExtension = FileTree.IsAnyImage(wanted[^1]);
            // "cat_0" means cat_0.jpg; "cat.0" means cat.0.jpg; "cat_0.png" does not mean cat_0.jpg.
            (string File, int Shared)[] candidates =
            [
                .. sameStem.Select(f => (File: f, Parts: Parts(Path.GetRelativePath(folder, f))))
                    .Where(c => !hasExtension || c.Parts[^1] == wanted[^1])
                    .Select(c => (c.File, Shared(wanted, c.Parts))),
            ];
            if (candidates.Length == 0)
                continue;
            int best = candidates.Max(c => c.Shared);
            string[] longest = [.. candidates.Where(c => c.Shared == best).Select(c => c.File)];
            if (longest.Length == 1)
                return longest[0];
        }

        return null;
    }

    private static int Shared(string[] wanted, string[] found)
    {
        // The last part is equal already.
        int shared = 1;
        while (shared < Math.Min(wanted.Length, found.Length) && wanted[^(shared + 1)] == found[^(shared + 1)])
            shared++;
        return shared;
    }

    /// <summary>A path's parts in one form: letter case and Unicode forms are ignored.</summary>
    private static string[] Parts(string path) =>
        [.. path.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries).Where(p => p is not ("." or ".."))
            .Select(p => UnicodeText.Composed(p).ToUpperInvariant())];

    private static string Stem(string name) => FileTree.IsAnyImage(name) ? name[..^Path.GetExtension(name).Length] : name;

    private static string Unescaped(string path) => path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path;

    private static Dictionary<string, List<string>> Index(string folder)
    {
        Dictionary<string, List<string>> files = [];
        foreach (string file in new DiskTree(folder).AllFiles("", []).Where(FileTree.IsAnyImage))
        {
            string stem = Stem(Parts(file)[^1]);
            if (!files.TryGetValue(stem, out List<string>? same))
                files[stem] = same = [];
            same.Add(Path.Combine(folder, file.Replace('/', Path.DirectorySeparatorChar)));
        }

        return files;
    }
}
