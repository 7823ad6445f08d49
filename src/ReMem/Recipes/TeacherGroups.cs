using ReMem.Reports;

namespace ReMem.Recipes;

/// <summary>Parses groups of runs of a command line.</summary>
internal static class TeacherGroups
{
    /// <summary>Reads the reports of NAME=DIR,DIR and of DIR,DIR, which is named by its first folder.</summary>
    /// <exception cref="InputException">A text names no folder, a folder has no report that fits, or two groups have one name.</exception>
    public static IReadOnlyList<TeacherGroup> Read(IEnumerable<string> texts)
    {
        TeacherGroup[] groups = [.. texts.Select(Read)];
        if (groups.GroupBy(g => g.Name).FirstOrDefault(g => g.Count() > 1) is { } alike)
        {
            throw new InputException(
                $"Two groups have the name '{alike.Key}'.", "RUNS", "Name them: NAME=DIR. Folders of one group are joined with commas.");
        }

        return groups;
    }

    private static TeacherGroup Read(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        // A folder's own name may have an equals sign, as those of a sweep's cells do.
        bool named = equals > 0 && !Directory.Exists(text.Split(',')[0]);
        string[] folders = (named ? text[(equals + 1)..] : text).Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (folders.Length == 0)
            throw new InputException($"'{text}' does not name a folder.", "RUNS", "For example NAME=runs/a,runs/b.");
        string first = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folders[0])));
        return TeacherGroupReader.Read(named ? text[..equals] : first, folders);
    }
}
