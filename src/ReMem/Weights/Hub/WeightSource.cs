using ReMem.Runtime;
using ReMem.Runtime.Downloads;
using ReMem.Weights.Files;

namespace ReMem.Weights.Hub;

/// <summary>
/// Resolves the names of weights or models to local paths, downloading where needed: a path, local-dir:DIR, hf-hub:owner/name[@revision],
/// or an https address. A source is looked up once: the same object later returns the same result, even if a branch has moved.
/// </summary>
public sealed class WeightSource
{
    private static readonly string[] WebSchemes = ["https://", "http://"];
    private readonly Dictionary<string, string> _answers = [];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly HubOptions? _options;
    private readonly IProgress<TransferProgress>? _progress;
    private Connection? _connection;

    /// <summary>Servers and caches are those of the environment: HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE.</summary>
    public WeightSource()
        : this(null, null)
    {
    }

    /// <param name="options">Servers and caches; null reads the environment when the first remote source is named.</param>
    /// <param name="progress">Receives the progress of downloads.</param>
    internal WeightSource(HubOptions? options = null, IProgress<TransferProgress>? progress = null)
    {
        _options = options;
        _progress = progress;
    }

    private sealed record Connection(HubOptions Options, HttpTransport Http, Downloader Downloader);

    /// <summary>Contacts no server, whatever the options.</summary>
    public bool Offline { get; init; }

    /// <summary>
    /// The option for a local file or folder, such as "--weights FILE": mentioned where a download fails. Default null: none is mentioned.
    /// </summary>
    public string? LocalOption { get; init; }

    /// <summary>Whether a source is on a server: the hub, or another address.</summary>
    public static bool IsRemote(string source) => IsHub(source) || IsWeb(source);

    /// <summary>
    /// The local path of a model folder as a person named it: a path or local-dir:DIR. Remote sources are returned as they are.
    /// </summary>
    internal static string WithoutScheme(string source) => WeightsFormat.WithoutScheme(source);

    /// <summary>
    /// The file with the weights of a source, on disk. For sharded weights it is the index, with the shards in the same folder.
    /// </summary>
    /// <exception cref="InputException">
    /// The source has an unknown form, does not exist, refuses access, or is not cached while offline.
    /// </exception>
    /// <exception cref="ReMemException">Server or network failed repeatedly.</exception>
    public string ResolveFile(string source, CancellationToken cancellationToken = default) =>
        ResolveFile(source, LocalOption, cancellationToken);

    /// <summary>
    /// As <see cref="ResolveFile(string, CancellationToken)"/>, with another option for a local file than <see cref="LocalOption"/>.
    /// </summary>
    internal string ResolveFile(string source, string? option, CancellationToken cancellationToken) =>
        Advised(() => Wait(() => ResolveFileAsync(source, cancellationToken)), source, option);

    /// <inheritdoc cref="ResolveFile(string, CancellationToken)"/>
    public async Task<string> ResolveFileAsync(string source, CancellationToken cancellationToken = default) => IsRemote(source)
        ? await OnceAsync($"file {source}", cancellationToken,
            () => IsHub(source) ? HubFileAsync(HubReference.Parse(source), cancellationToken) : WebFileAsync(source, cancellationToken))
        : LocalFile(source);

    /// <summary>The folder of a model (config.json and weights) of a source, on disk.</summary>
    /// <inheritdoc cref="ResolveFile(string, CancellationToken)" path="/exception"/>
    public string ResolveFolder(string source, CancellationToken cancellationToken = default) =>
        ResolveFolder(source, LocalOption, cancellationToken);

    /// <summary>
    /// As <see cref="ResolveFolder(string, CancellationToken)"/>, with another option for a local folder than <see cref="LocalOption"/>.
    /// </summary>
    internal string ResolveFolder(string source, string? option, CancellationToken cancellationToken) =>
        Advised(() => Wait(() => ResolveFolderAsync(source, cancellationToken)), source, option);

    /// <inheritdoc cref="ResolveFolder(string, CancellationToken)"/>
    public async Task<string> ResolveFolderAsync(string source, CancellationToken cancellationToken = default) => IsRemote(source)
        ? await OnceAsync($"folder {source}", cancellationToken,
            () => HubFolderAsync(IsHub(source) ? HubReference.Parse(source) : ModelAt(source), cancellationToken))
        : WithoutScheme(KnownForm(source));

    /// <summary>Adds to a failed download's error how to work without a network.</summary>
    private static string Advised(Func<string> find, string source, string? option)
    {
        try
        {
            return find();
        }
        catch (ReMemException e) when (option is not null && IsRemote(source))
        {
            string remedy = $"{e.Remedy} Without a network: download it elsewhere and give {option}.".TrimStart();
            throw e is InputException
                ? new InputException(e.Message, e.Where, remedy, e)
                : new ReMemException(e.Message, e.Where, remedy, e);
        }
    }

    // On another thread: a caller whose thread takes continuations (a window's) would wait for itself.
    private static string Wait(Func<Task<string>> find) => Task.Run(find).GetAwaiter().GetResult();

    // timm's older spelling has an underscore.
    private static bool IsHub(string source) =>
        source.StartsWith(HubReference.Scheme, StringComparison.Ordinal) || source.StartsWith("hf_hub:", StringComparison.Ordinal);

    private static bool IsWeb(string source) => WebSchemes.Any(s => source.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    private static string LocalFile(string source)
    {
        string path = WithoutScheme(KnownForm(source));
        if (path.Length < source.Length && !Directory.Exists(path))
            throw new InputException("The folder of weights does not exist.", path, "Check the path.");
        return WeightsFormat.Resolve(path);
    }

    private static string KnownForm(string source)
    {
        int colon = source.IndexOf("://", StringComparison.Ordinal);
        return colon > 0 && source[..colon].All(char.IsAsciiLetterOrDigit) && !File.Exists(source)
            ? throw new InputException(
                $"'{source[..colon]}://' is not a supported source of weights.",
                remedy: "Give a path, local-dir:DIR, hf-hub:owner/name[@revision] or an https address.")
            : source;
    }

    private static string Shown(string source) => Uri.TryCreate(source, UriKind.Absolute, out Uri? address)
        ? $"{address.Scheme}://{HttpTransport.HostOf(address)}{address.AbsolutePath}"
        : "an address";

    private static Uri AddressOf(string source)
    {
        if (!Uri.TryCreate(source, UriKind.Absolute, out Uri? address) || address.Host.Length == 0)
            throw new InputException("This is not an address.", remedy: "Give one such as https://host/model.safetensors.");
        if (address.UserInfo.Length > 0)
            throw new InputException(
                "An address with a user name or password is not allowed.", Shown(source),
                "Download the file by other means and give its path.");
        return address;
    }

    private async Task<string> OnceAsync(string key, CancellationToken cancellationToken, Func<Task<string>> find)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_answers.TryGetValue(key, out string? answer))
                _answers[key] = answer = await find();
            return answer;
        }
        finally
        {
            _gate.Release();
        }
    }

    private HubReference ModelAt(string source) =>
        HubReference.FromAddress(AddressOf(source), Connected().Options.Endpoint) is { File: null } model
        ? model
        : throw new InputException(
            "An address names a file, not a model folder.", Shown(source),
            "Give a folder or hf-hub:owner/name, or the address as --weights with --model.");

    private async Task<string> WebFileAsync(string source, CancellationToken cancellationToken)
    {
        Uri address = AddressOf(source);
        (HubOptions given, HttpTransport http, Downloader downloader) = Connected();
        if (HubReference.FromAddress(address, given.Endpoint) is { } model)
            return await HubFileAsync(model, cancellationToken);
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
            throw new InputException("Weights are not downloaded over an unencrypted connection.", Shown(source),
                "Give the https address.");
        return await new UrlCache(given, http, downloader).FetchAsync(address, cancellationToken);
    }

    private async Task<string> HubFileAsync(HubReference model, CancellationToken cancellationToken)
    {
        HubRepository repository = Open(model);
        string path = await repository.FirstAsync(model.File is { } one ? [one] : WeightsFormat.InFolder, cancellationToken);
        await BringShardsAsync(repository, path, model.File ?? Path.GetFileName(path), cancellationToken);
        if (model.File is null)
            await repository.FetchAsync(WeightFiles.Config, cancellationToken);
        repository.Settle();
        return path;
    }

    private async Task<string> HubFolderAsync(HubReference model, CancellationToken cancellationToken)
    {
        HubRepository repository = Open(model);
        string config = await repository.FirstAsync([WeightFiles.Config], cancellationToken);
        string path = await repository.FirstAsync(WeightsFormat.InFolder, cancellationToken);
        await BringShardsAsync(repository, path, Path.GetFileName(path), cancellationToken);
        repository.Settle();
        return Path.GetDirectoryName(config)!;
    }

    private static async Task BringShardsAsync(HubRepository repository, string path, string name, CancellationToken cancellationToken)
    {
        if (!WeightFiles.IsIndex(name))
            return;
        string folder = name.Contains('/', StringComparison.Ordinal) ? name[..(name.LastIndexOf('/') + 1)] : string.Empty;
        foreach (string shard in WeightFiles.Shards(path))
            await repository.FirstAsync([folder + shard], cancellationToken);
    }

    private HubRepository Open(HubReference model)
    {
        (HubOptions given, HttpTransport http, Downloader downloader) = Connected();
        return new HubRepository(model, given, http, downloader);
    }

    private Connection Connected()
    {
        if (_connection is not null)
            return _connection;
        HubOptions given = _options ?? HubOptions.FromEnvironment();
        DataOptions.Validate(given, "hub");
        given = given with { Offline = given.Offline || Offline };
        var http = new HttpTransport(given, new Credential(given.Endpoint, given.Token, "Wait a few minutes; HF_TOKEN raises the limit."));
        return _connection = new Connection(given, http, new Downloader(given, http, _progress));
    }
}
