using System.Net;
using System.Security.Cryptography;
using System.Text;
using ReMem.Data.Sources;
using ReMem.Runtime;
using ReMem.Runtime.Downloads;

namespace ReMem.Data.Fetch;

/// <summary>
/// Fetches a public data set: downloads it (resumable, checked by size and SHA-256), unpacks it safely, writes the table that describes it,
/// reads it as a test, and only then gives the folder its name.
/// </summary>
/// <param name="options">What to fetch.</param>
/// <param name="progress">Receives the progress of downloads and of unpacking.</param>
internal sealed class DatasetFetcher(DatasetFetchOptions options, IProgress<TransferProgress>? progress = null)
{
    private const string FactsFile = "fetched.json";

    private sealed record Facts(string Name, string Title, string Page, IReadOnlyDictionary<string, string> Sha256);

    /// <summary>The data sets that can be fetched.</summary>
    public static IReadOnlyList<FetchableDataset> Known { get; } =
        [.. KnownDatasets.All.Select(d => new FetchableDataset(d.Name, d.Title, d.Page, d.Files.Sum(f => f.Bytes)))];

    /// <summary>Fetches it, unless it exists.</summary>
    /// <exception cref="InputException">No such data set; the folder holds something else; offline and a file is missing;
    /// a mirror lacks a file; no space.</exception>
    /// <exception cref="ReMemException">Server or network failed, or sent something else; the next call continues the download.</exception>
    public DatasetFetchResult Fetch(CancellationToken cancellationToken = default)
    {
        DataOptions.Validate(options, "fetch");
        DataOptions.Validate(options.Download, "download");
        if (options.Mirror is { } mirror && (mirror.Scheme is not ("http" or "https") || mirror.UserInfo.Length > 0))
            throw new InputException(
                "The mirror is not an http or https address.",
                remedy: "Give one such as https://mirror.example/datasets, without user name.");
        // On another thread: a caller whose thread takes continuations (a window's) would wait for itself.
        return Task.Run(() => FetchAsync(KnownDatasets.Find(options.Name), cancellationToken), cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Fetches a data set that is not in the list, for tests.</summary>
    internal async Task<DatasetFetchResult> FetchAsync(KnownDataset dataset, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(options.Folder ?? Path.Combine("data", dataset.Name));
        string print = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..24];
        var downloader = new Downloader(options.Download, new HttpTransport(options.Download), progress);
        using IDisposable held = await FileLock.TakeAsync(
            Path.Combine(UserCache.Folder("locks"), print + ".lock"),
                () => downloader.Report(dataset.Name, "another program fetches it; waiting"), cancellationToken);
        var facts = new Facts(dataset.Name, dataset.Title, dataset.Page, dataset.Files.ToDictionary(f => f.Name, f => f.Sha256));
        if (IsThere(folder, facts))
            return Result(dataset, folder, wasThere: true);

        string work = folder + ".partial";
        string archives = Path.Combine(options.Archives is { } given ? Path.GetFullPath(given) : Path.Combine(work, "archives"),
            dataset.Name);
        foreach (KnownFile file in dataset.Files)
            await BringAsync(dataset, file, archives, downloader, cancellationToken);
        string tree = Path.Combine(work, "tree");
        try
        {
            if (Directory.Exists(tree))
                Directory.Delete(tree, recursive: true);
            Directory.CreateDirectory(tree);
            DiskSpace.Require(tree, dataset.Files.Sum(f => f.Bytes), $"'{dataset.Name}'",
                "Free some disk space, or choose a folder on another disk.");
            foreach (KnownFile file in dataset.Files)
                Unpack(dataset, file, Path.Combine(archives, file.Name), tree, cancellationToken);
            dataset.Describe?.Invoke(tree);
            DatasetReader.Open(tree);
            AtomicFile.WriteAllText(Path.Combine(tree, FactsFile), Json.Serialize(facts));
            if (Directory.Exists(folder))
                Directory.Delete(folder);
            Directory.Move(tree, folder);
            Directory.Delete(work, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(folder, e);
        }

        return Result(dataset, folder, wasThere: false);
    }

    /// <summary>Whether the folder holds the data set.</summary>
    /// <exception cref="InputException">It holds something else.</exception>
    private static bool IsThere(string folder, Facts facts)
    {
        if (File.Exists(folder))
            throw new InputException($"'{folder}' is a file.", remedy: "Name another folder with --to.");
        string file = Path.Combine(folder, FactsFile);
        if (File.Exists(file) && Json.ReadFile<Facts>(file) is { } there && there.Name == facts.Name
            && there.Sha256.OrderBy(p => p.Key).SequenceEqual(facts.Sha256.OrderBy(p => p.Key)))
        {
            return true;
        }

        return !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any()
            ? false
            : throw new InputException(
                $"The folder '{folder}' exists and does not hold {facts.Name} as this command fetches it.",
                remedy: "Name another folder with --to, or delete it.");
    }

    private static DatasetFetchResult Result(KnownDataset dataset, string folder, bool wasThere)
    {
        ImageDataset data = DatasetReader.Open(folder);
        return new DatasetFetchResult(
            dataset.Name, folder, dataset.Page, wasThere, data.Classes.Count, data.Train.Count, data.Validation.Count, data.Test.Count);
    }

    private async Task BringAsync(KnownDataset dataset, KnownFile file, string archives, Downloader downloader,
        CancellationToken cancellationToken)
    {
        string target = Path.Combine(archives, file.Name);
        var check = new ContentCheck(ContentHash.Sha256, file.Sha256);
        if (File.Exists(target))
        {
            string? problem = new FileInfo(target).Length != file.Bytes
                ? FormattableString.Invariant($"it has {new FileInfo(target).Length} bytes instead of {file.Bytes}")
                : await check.ProblemAsync(target, cancellationToken);
            if (problem is null)
                return;
            if (options.Offline)
                throw new InputException($"'{target}' is not {file.Name} of {dataset.Name}: {problem}.",
                    remedy: $"Download it from {file.Addresses[0]}.");
            downloader.Report(file.Name, $"{problem}; downloading it again");
        }

        if (options.Offline)
        {
            throw new InputException(
                $"{file.Name} of {dataset.Name} is not in '{archives}', and downloading is switched off.",
                remedy: $"Download {file.Addresses[0]} by other means into DIR/{dataset.Name}/ and give --archives DIR, "
                    + "or run without --offline.");
        }

        Uri[] addresses = options.Mirror is { } mirror
            ? [new Uri($"{mirror.AbsoluteUri.TrimEnd('/')}/{dataset.Name}/{file.Name}")]
            : [.. file.Addresses.Select(a => new Uri(a))];
        for (int i = 0; ; i++)
        {
            try
            {
                await downloader.RunAsync(
                    new Download(file.Name, addresses[i], target,
                        target + ".incomplete")
                    { Size = file.Bytes, Check = check, Refusal = Refusal(addresses[i]) }, cancellationToken);
                return;
            }
            catch (ReMemException e) when (e is not InputException && i + 1 < addresses.Length)
            {
                downloader.Report(file.Name, $"{e.Message.TrimEnd('.')}; trying {HttpTransport.HostOf(addresses[i + 1])}");
            }
        }
    }

    private Func<HttpAnswer, ReMemException> Refusal(Uri address) => answer =>
    {
        HttpStatusCode status = answer.Response.StatusCode;
        string what = status is HttpStatusCode.NotFound or HttpStatusCode.Gone
            ? $"{answer.Host} has no such file ({(int)status})."
            : $"{answer.Host} does not give the file ({(int)status}).";
        string shown = address.GetLeftPart(UriPartial.Path);
        return options.Mirror is null
            ? new ReMemException(what, shown,
                "Try again later, give a mirror with --mirror, or download it by other means and give its folder with --archives.")
            : new InputException(what, shown, "Check the mirror: it has NAME/FILE for each file.");
    };

    private void Unpack(KnownDataset dataset, KnownFile file, string archive, string tree, CancellationToken cancellationToken)
    {
        string into = Path.Combine(tree, file.Into);
        Directory.CreateDirectory(into);
        if (!file.IsArchive)
        {
            File.Copy(archive, Path.Combine(into, file.Name));
            return;
        }

        string temporary = Path.Combine(tree, ".unpacking");
        Directory.CreateDirectory(temporary);
        new ArchiveUnpacker(archive, temporary, dataset.Limits, file.Wanted).Run(
            bytes => progress?.Report(new TransferProgress($"unpacking {file.Name}", bytes, file.Bytes)), cancellationToken);
        string root = temporary;
        while (Directory.GetFileSystemEntries(root) is [var only] && Directory.Exists(only))
            root = only;
        foreach (string entry in Directory.EnumerateFileSystemEntries(root))
        {
            string to = Path.Combine(into, Path.GetFileName(entry));
            if (Directory.Exists(entry))
                Directory.Move(entry, to);
            else
                File.Move(entry, to);
        }

        Directory.Delete(temporary, recursive: true);
    }
}
