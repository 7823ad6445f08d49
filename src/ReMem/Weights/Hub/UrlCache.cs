using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReMem.Runtime;
using ReMem.Runtime.Downloads;

namespace ReMem.Weights.Hub;

/// <summary>
/// Files from any address, each in its own folder, named after the address's SHA-256. source.json next to it has the ETag, by which the
/// server is asked whether the file has changed.
/// </summary>
internal sealed class UrlCache(HubOptions options, HttpTransport http, Downloader downloader)
{
    private const string FactsFile = "source.json";
    private const int MaxNameLength = 100;

    /// <summary>The metadata next to a file.</summary>
    /// <param name="Address">Without the query, which may be a secret.</param>
    /// <param name="Etag">As the server wrote it; null where it sent none.</param>
    /// <param name="LastModified">As the server wrote it; null where it sent none.</param>
    /// <param name="Size">Bytes.</param>
    private sealed record Facts(string Address, string? Etag, string? LastModified, long Size)
    {
        /// <summary>The If-Range value; null where a partial file cannot be distinguished from that of another version.</summary>
        [JsonIgnore]
        public string? Validator => Etag is not null && !Etag.StartsWith("W/", StringComparison.Ordinal) ? Etag : LastModified;
    }

    /// <summary>The file of an address, downloaded where it is not cached or changed on the server.</summary>
    /// <exception cref="InputException">There is no such file, access is refused, or it is not cached while offline.</exception>
    /// <exception cref="ReMemException">Server or network failed, and the file is not cached.</exception>
    public async Task<string> FetchAsync(Uri address, CancellationToken cancellationToken)
    {
        string shown = address.GetLeftPart(UriPartial.Path);
        string name = NameOf(address);
        if (WeightFiles.IsIndex(name))
            throw new InputException("The shards of an index cannot be downloaded from a plain address.", shown,
                "Give hf-hub:owner/name, or download index and shards into one folder.");
        string folder = Path.Combine(Path.GetFullPath(options.UrlCache),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri)))[..40]);
        string file = Path.Combine(folder, name);
        if (options.Offline)
        {
            return Read(folder, file) is not null
                ? file
                : throw new InputException("The cache has no file of this address, and downloading is switched off.", shown,
                    "Run once without --offline and HF_HUB_OFFLINE.");
        }

        using IDisposable held = await FileLock.TakeAsync(
            Path.Combine(folder, ".lock"), () => downloader.Report(name, "another program downloads it; waiting"), cancellationToken);
        Facts? cached = Read(folder, file);
        Facts? current;
        try
        {
            current = await Retry.RunAsync(
                options, cached is null ? options.Attempts : 1, text => downloader.Report(name, text),
                    () => AskAsync(address, shown, cached, cancellationToken), cancellationToken);
        }
        catch (ServerFault fault) when (cached is not null)
        {
            downloader.Report(name, $"{fault.Message.TrimEnd('.')}; the cached file is used");
            return file;
        }

        if (current is null)
            return file;
        await BringAsync(address, shown, folder, file, current, cancellationToken);
        return file;
    }

    /// <summary>The last part of the address as a file name that is valid on every system.</summary>
    internal static string NameOf(Uri address)
    {
        string last = Uri.UnescapeDataString(address.Segments[^1]);
        string name = string.Concat(last.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_')).Trim('.', '_');
        name = name.Length > MaxNameLength ? name[^MaxNameLength..].TrimStart('.') : name;
        return name.Length == 0 || name == FactsFile ? "weights" : name;
    }

    private static Facts? Read(string folder, string file)
    {
        try
        {
            Facts? facts = Json.TryReadFile<Facts>(Path.Combine(folder, FactsFile));
            return facts is not null && HubCache.LengthOf(file) == facts.Size ? facts : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Not cached, or incomplete: both are downloaded.
            return null;
        }
    }

    private static ReMemException Refusal(HttpAnswer answer, string shown)
    {
        int status = (int)answer.Response.StatusCode;
        return answer.Response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone =>
                new InputException($"{answer.Host} has no such file ({status}).", shown, "Check the address."),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new InputException(
                $"{answer.Host} refuses access ({status}).", shown,
                "Download the file with your browser and give its path. A repository of the hub is hf-hub:owner/name, with HF_TOKEN."),
            _ => new ReMemException($"{answer.Host} does not give the file ({status}).", shown,
                "Download it by other means and give its path."),
        };
    }

    /// <summary>Requests the file, without reading it.</summary>
    /// <returns>Its metadata; null where it has not changed since it was cached.</returns>
    private async Task<Facts?> AskAsync(Uri address, string shown, Facts? cached, CancellationToken cancellationToken)
    {
        // GET, since addresses that are signed for GET refuse HEAD.
        using HttpAnswer answer = await http.SendAsync(HttpMethod.Get, address, request => Compare(request, cached), authorize: false,
            stay: false, cancellationToken);
        HttpResponseMessage response = answer.Response;
        if (cached is not null && response.StatusCode == HttpStatusCode.NotModified)
            return null;
        if (!response.IsSuccessStatusCode)
            throw Refusal(answer, shown);
        if (response.Content.Headers.ContentType?.MediaType == "text/html")
            throw new InputException(
                $"{answer.Host} sends a web page instead of a file.", shown,
                "Give the address of the file itself, as the download button has it.");
        string? modified = response.Content.Headers.NonValidated.TryGetValues("Last-Modified", out var values)
            ? values.FirstOrDefault()
            : null;
        var facts = new Facts(shown, answer.Etag, modified, response.Content.Headers.ContentLength ?? -1);
        bool same = cached is not null && cached.Etag == facts.Etag && cached.LastModified == facts.LastModified
            && (cached.Size == facts.Size || (facts.Size < 0 && facts.Validator is not null));
        return same ? null : facts;
    }

    private static void Compare(HttpRequestMessage request, Facts? cached)
    {
        if (cached?.Etag is { } etag)
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        else if (cached?.LastModified is { } date)
            request.Headers.TryAddWithoutValidation("If-Modified-Since", date);
    }

    private async Task BringAsync(Uri address, string shown, string folder, string file, Facts facts, CancellationToken cancellationToken)
    {
        string version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(facts.Validator ?? string.Empty)))[..16];
        string partial = Path.Combine(folder, $"{version}.incomplete");
        try
        {
            foreach (string stale in Directory.EnumerateFiles(folder, "*.incomplete").Where(p => p != partial))
                File.Delete(stale);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(folder, e);
        }

        await downloader.RunAsync(
            new Download(Path.GetFileName(file), address, file, partial)
            {
                Size = facts.Size < 0 ? null : facts.Size,
                Check = ContentCheck.FromName(Path.GetFileName(file)),
                Etag = facts.Etag,
                IfRange = facts.Validator,
                Resumable = facts.Validator is not null,
                SpaceRemedy = HubErrors.SpaceRemedy,
                Refusal = answer => Refusal(answer, shown),
            },
            cancellationToken);
        AtomicFile.WriteAllText(Path.Combine(folder, FactsFile), Json.Serialize(facts with { Size = HubCache.LengthOf(file) ?? 0 }));
    }
}
