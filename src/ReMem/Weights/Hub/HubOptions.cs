using System.Text.Json.Serialization;
using ReMem.Runtime.Downloads;

namespace ReMem.Weights.Hub;

/// <summary>Where weights are downloaded from and cached, with timeouts and retries.</summary>
internal sealed record HubOptions : DownloadOptions
{
    /// <summary>The hub's address, http or https, with or without a trailing slash. Default https://huggingface.co.</summary>
    public Uri Endpoint { get; init; } = new(HubEnvironment.DefaultEndpoint);

    /// <summary>The hub's access token; null for none. Only sent to <see cref="Endpoint"/>, over https or to this machine.</summary>
    [JsonIgnore]
    public string? Token { get; init; }

    /// <summary>The hub's cache, in huggingface_hub's layout. Default ~/.cache/huggingface/hub.</summary>
    public string HubCache { get; init; } = HubEnvironment.DefaultHubCache;

    /// <summary>The cache of files from other addresses. Default ~/.cache/remem/urls.</summary>
    public string UrlCache { get; init; } = HubEnvironment.DefaultUrlCache;

    /// <summary>Uses only the caches and contacts no server. Default false.</summary>
    public bool Offline { get; init; }

    /// <summary>Whether snapshots are links to blobs; copies where false or where the file system has no links. Default true.</summary>
    public bool Symlinks { get; init; } = true;

    /// <summary>
    /// The options that the environment gives: HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE and the like, REMEM_CACHE.
    /// </summary>
    /// <param name="variable">Reads a variable; null reads the process's.</param>
    /// <exception cref="InputException">A variable has an invalid value.</exception>
    public static HubOptions FromEnvironment(Func<string, string?>? variable = null) =>
        new HubEnvironment(variable ?? Environment.GetEnvironmentVariable).Read();

    /// <summary>Describes the options without the token.</summary>
    public override string ToString() =>
        $"{Endpoint.GetLeftPart(UriPartial.Path)}, token {(Token is null ? "none" : "set")}, cache "
            + $"{HubCache}{(Offline ? ", offline" : string.Empty)}";
}
