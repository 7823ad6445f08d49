using ReMem.Runtime;

namespace ReMem.Recipes.Stages;

/// <summary>
/// The folder of one run. Files appear whole or not at all; a finished stage leaves a JSON file and is not done again; a second process on
/// the same folder is refused.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    internal const string RecipeFile = "recipe.yaml";
    internal const string PlanFile = "plan.json";
    private const string LockFile = ".lock";
    private static readonly string[] BookKeeping = [RecipeFile, "environment.json", "log.txt", PlanFile];
    private readonly IDisposable _lock;
    private readonly bool _isNew;

    private RunFolder(string path, IDisposable held, bool isNew)
    {
        Path = path;
        _lock = held;
        _isNew = isNew;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Opens a run's folder: a new or empty one, or one that holds the same recipe, which is then continued.</summary>
    /// <exception cref="InputException">It holds another run or foreign files, cannot be written, or is in use.</exception>
    public static RunFolder Open(string path, string recipe)
    {
        bool isNew = RequireFree(path, recipe);
        IDisposable held = Lock(path);
        if (isNew)
            AtomicFile.WriteAllText(System.IO.Path.Combine(path, RecipeFile), recipe);
        return new RunFolder(path, held, isNew);
    }

    /// <summary>Refuses a folder that a run of this recipe cannot use, and says whether it is new or empty.</summary>
    /// <exception cref="InputException">It holds another run or foreign files.</exception>
    internal static bool RequireFree(string path, string recipe)
    {
        string file = System.IO.Path.Combine(path, RecipeFile);
        if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
            return true;
        if (!File.Exists(file))
            throw new InputException("The output folder holds files that are no run of remem.", path, "Give another folder with --out.");
        RequireSame(path, recipe);
        return false;
    }

    /// <summary>
    /// Makes a folder whose parts several processes compute, each with <see cref="Join"/>: writes its recipe, or finds the same one there.
    /// </summary>
    /// <exception cref="InputException">It holds another run, or cannot be written.</exception>
    internal static void Prepare(string path, string recipe)
    {
        string file = System.IO.Path.Combine(path, RecipeFile);
        if (File.Exists(file))
        {
            RequireSame(path, recipe);
            return;
        }

        AtomicFile.WriteAllText(file, recipe);
    }

    /// <summary>
    /// Runs work in the folder. Where the input turns out wrong before anything was made, a new folder's bookkeeping is removed again, so
    /// that the mended command finds it free.
    /// </summary>
    public T Use<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InputException)
        {
            if (_isNew
                && !Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Select(System.IO.Path.GetFileName)
                    .Except([.. BookKeeping, LockFile]).Any())
            {
                foreach (string file in BookKeeping)
                    File.Delete(System.IO.Path.Combine(Path, file));
                foreach (string folder in Directory.GetDirectories(Path))
                    Directory.Delete(folder, recursive: true);
            }

            throw;
        }
    }

    /// <summary>The recipe text of an existing run.</summary>
    /// <exception cref="InputException">The folder is no run.</exception>
    public static string RecipeOf(string path)
    {
        string file = System.IO.Path.Combine(path, RecipeFile);
        return File.Exists(file)
            ? InputFile.ReadAllText(file, "recipe")
            : throw new InputException("The folder holds no run to resume (no recipe.yaml).", path,
                "Give the folder that an earlier run printed.");
    }

    /// <summary>Opens the folder of a run that another process holds, to compute one part of it.</summary>
    /// <exception cref="InputException">It is no run of this recipe, or the part is being computed already.</exception>
    public static RunFolder Join(string path, string recipe, params string[] part)
    {
        RequireSame(path, recipe);
        return new RunFolder(path, Lock(System.IO.Path.Combine([path, .. part])), isNew: false);
    }

    /// <summary>Keeps every other process off a part of the run until disposed.</summary>
    /// <exception cref="InputException">Another process computes it.</exception>
    public IDisposable Hold(params string[] part) => Lock(System.IO.Path.Combine([Path, .. part]));

    /// <summary>A path inside the folder; its parent exists afterwards.</summary>
    public string FileIn(params string[] parts)
    {
        string path = System.IO.Path.Combine([Path, .. parts]);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>The stored result of a finished stage, or null.</summary>
    public T? TryRead<T>(params string[] parts)
        where T : class => TryRead<T>(System.IO.Path.Combine([Path, .. parts]));

    /// <summary>A stored result, or null where there is none; the folder need not be held.</summary>
    internal static T? TryRead<T>(string path)
        where T : class
    {
        if (!File.Exists(path))
            return null;
        return Json.ReadFile<T>(path);
    }

    /// <summary>Stores a finished stage's result.</summary>
    public void Write<T>(T result, params string[] parts) => AtomicFile.WriteAllText(FileIn(parts), Json.Serialize(result));

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static void RequireSame(string path, string recipe)
    {
        string there = RecipeOf(path);
        if (there == recipe || Canonical(there, path) == recipe)
            return;
        string differences = SettingDifferences.Describe(SettingDifferences.OfYaml(there), SettingDifferences.OfYaml(recipe));
        throw new InputException(
            "The output folder holds another run: "
                + $"{(differences.Length > 0 ? $"it differs in {differences}" : "its recipe.yaml is written otherwise")}.", path,
            "Give the settings that it has, or another folder with --out, or delete this one.");
    }

    /// <summary>
    /// A recipe as it would be written now: one of an earlier version lacks newer keys, which have their defaults,
    /// and may be quoted otherwise.
    /// </summary>
    private static string Canonical(string recipe, string path)
    {
        string[] lines = recipe.Split('\n');
        int head = lines.TakeWhile(line => line.StartsWith('#')).Count();
        try
        {
            return string.Concat(lines.Take(head).Select(line => line + "\n")) + RecipeReader.Write(RecipeReader.Parse(recipe, path));
        }
        catch (InputException)
        {
            return recipe;
        }
    }

    private static IDisposable Lock(string path) =>
        FileLock.TryTake(System.IO.Path.Combine(path, LockFile), leave: false) ?? throw new FolderInUseException(path);
}
