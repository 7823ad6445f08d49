using System.Globalization;
using System.Net;
using ReMem.Runtime;
using ReMem.Runtime.Downloads;

namespace ReMem.Weights.Hub;

/// <summary>
/// A model repository at a revision, through the cache. All files are of one commit: that of the revision at the first request. For a given
/// commit that is cached, no server is contacted.
/// </summary>
internal sealed class HubRepository(HubReference model, HubOptions options, HttpTransport http, Downloader downloader)
{
    private const string NoEntry = "EntryNotFound";
    private readonly HubCache _cache = new(options, model.Repository);
    private string? _commit = model.IsPinned ? model.Revision : null;
    private ServerFault? _fault;

    /// <summary>The hub's metadata of a file.</summary>
    private sealed record Entry(string Commit, string Etag, long? Size);

    private bool CacheOnly => options.Offline || _fault is not null;

    /// <summary>The first of these files that the repository has, downloaded.</summary>
    /// <exception cref="InputException">It has none of them, access is refused, or they are not cached while offline.</exception>
    /// <exception cref="ReMemException">Server or network failed.</exception>
    public async Task<string> FirstAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        foreach (string file in files)
        {
            if (await FetchAsync(file, cancellationToken) is { } path)
                return path;
        }

        throw _fault
            ?? (options.Offline ? HubErrors.NotCached(model, files, options) : (ReMemException)HubErrors.NoFile(model, files, options));
    }

    /// <summary>A file, downloaded where the cache lacks it.</summary>
    /// <returns>Its path in the snapshot; null where the repository (or, offline, the cache) has none.</returns>
    public async Task<string?> FetchAsync(string file, CancellationToken cancellationToken)
    {
        string? commit = _commit ?? (CacheOnly ? _cache.CommitOf(model.Revision) : null);
        if (commit is not null && _cache.Find(commit, file) is { } there)
            return there;
        if (CacheOnly || (commit is not null && _cache.LacksFor(commit, file)))
            return null;
        string? cached = _cache.CommitOf(model.Revision);
        bool spare = cached is not null && (_cache.Find(cached, file) is not null || _cache.LacksFor(cached, file));
        try
        {
            // With a cached copy there is no point in retrying when the network is down.
            Entry? entry = await Retry.RunAsync(
                options, spare && _commit is null ? 1 : options.Attempts, text => downloader.Report(model.Repository, text),
                    () => AskAsync(file, cancellationToken), cancellationToken);
            return entry is null ? null : await BringAsync(file, entry, cancellationToken);
        }
        catch (ServerFault fault) when (spare && _commit is null)
        {
            _fault = fault;
            _commit = cached;
            downloader.Report(model.Repository, $"{fault.Message.TrimEnd('.')}; the cached commit {cached![..7]} is used");
            return _cache.Find(cached, file);
        }
    }

    /// <summary>
    /// Records the revision's commit once all requested files are cached: until then, offline use keeps the earlier commit.
    /// </summary>
    public void Settle()
    {
        if (!CacheOnly && _commit is { } commit)
            _cache.Note(model.Revision, commit);
    }

    private async Task<Entry?> AskAsync(string file, CancellationToken cancellationToken)
    {
        Uri address = model.Address(options.Endpoint, _commit ?? model.Revision, file);
        using HttpAnswer answer = await http.SendAsync(HttpMethod.Head, address, null, authorize: true, stay: true, cancellationToken);
        string? commit = answer.Header("X-Repo-Commit") is { } given && HubReference.IsCommit(given) ? given : null;
        HttpStatusCode status = answer.Response.StatusCode;
        if (status == HttpStatusCode.NotFound && (answer.Header("X-Error-Code") ?? (commit is null ? null : NoEntry)) == NoEntry)
        {
            if (commit is null)
                return null;
            _commit ??= commit;
            _cache.NoteLack(commit, file);
            return null;
        }

        if ((int)status >= 400)
            throw HubErrors.Refusal(answer, model, file, options);
        string? etag = (answer.Header("X-Linked-Etag") ?? answer.Etag)?.Trim();
        etag = etag?.StartsWith("W/", StringComparison.Ordinal) == true ? etag[2..].Trim('"') : etag?.Trim('"');
        if (commit is null || string.IsNullOrEmpty(etag))
            throw new ReMemException(
                $"{answer.Host} is not a hub: its response has no commit and no ETag.", model.ToString(),
                "Check HF_ENDPOINT, or give the file's own address.");
        long? size = long.TryParse(answer.Header("X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out long linked)
            ? linked
            : answer.Response.IsSuccessStatusCode ? answer.Response.Content.Headers.ContentLength : null;
        _commit ??= commit;
        return new Entry(commit, etag, size);
    }

    private async Task<string> BringAsync(string file, Entry entry, CancellationToken cancellationToken)
    {
        if (_cache.Find(entry.Commit, file) is { } there && IsWhole(there, entry))
            return there;
        string blob = _cache.Blob(entry.Etag);
        if (!IsWhole(blob, entry))
        {
            using IDisposable held = await FileLock.TakeAsync(
                _cache.Lock(entry.Etag), () => downloader.Report(file, "another program downloads it; waiting"), cancellationToken);
            if (!IsWhole(blob, entry))
            {
                await downloader.RunAsync(
                    new Download(file, model.Address(options.Endpoint, entry.Commit, file), blob, _cache.Partial(entry.Etag))
                    {
                        Size = entry.Size,
                        Check = ContentCheck.FromEtag(entry.Etag),
                        Authorize = true,
                        SpaceRemedy = HubErrors.SpaceRemedy,
                        Refusal = answer => HubErrors.Refusal(answer, model, file, options),
                    },
                    cancellationToken);
            }
        }

        return _cache.Place(entry.Etag, entry.Commit, file);
    }

    // A file that another program left truncated does not count.
    private static bool IsWhole(string path, Entry entry) => HubCache.LengthOf(path) is { } length && length == (entry.Size ?? length);
}
