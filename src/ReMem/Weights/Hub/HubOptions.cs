using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ReMem.Weights.Hub;

/// <summary>Where weights are downloaded from, where they are kept, and how patient a download is.</summary>
public sealed record HubOptions
{
    /// <summary>The hub's address, http or https, without a trailing slash's meaning. Default https://huggingface.co.</summary>
    public Uri Endpoint { get; init; } = new(HubEnvironment.DefaultEndpoint);

    /// <summary>The hub's access token; null for none. Sent to <see cref="Endpoint"/> alone, and only over https or to this machine.</summary>
    [JsonIgnore]
    public string? Token { get; init; }

    /// <summary>The hub's cache, in huggingface_hub's layout. Default ~/.cache/huggingface/hub.</summary>
    public string HubCache { get; init; } = HubEnvironment.DefaultHubCache;

    /// <summary>The cache of files from other addresses. Default ~/.cache/remem/urls.</summary>
    public string UrlCache { get; init; } = HubEnvironment.DefaultUrlCache;

    /// <summary>Uses what the caches hold and asks no server. Default false.</summary>
    public bool Offline { get; init; }

    /// <summary>Whether snapshots are links to blobs; copies where false or where the file system has no links. Default true.</summary>
    public bool Symlinks { get; init; } = true;

    /// <summary>How long a server may take to begin its answer, 0.01 to 3600 s. Default 10.</summary>
    [Range(0.01, 3600)]
    public double ResponseSeconds { get; init; } = 10;

    /// <summary>How long a transfer may stand still, 0.01 to 3600 s. Default 30.</summary>
    [Range(0.01, 3600)]
    public double StallSeconds { get; init; } = 30;

    /// <summary>Tries of a request without headway, 1 to 100. Default 5.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 5;

    /// <summary>Pause after the first failure, 0 to 60 s; it doubles up to a minute, unless the server says how long. Default 1.</summary>
    [Range(0.0, 60)]
    public double BackOffSeconds { get; init; } = 1;

    /// <summary>The longest pause that a server may ask for, 0 to 3600 s; a longer one is an error. Default 300, the hub's window.</summary>
    [Range(0.0, 3600)]
    public double LongestPauseSeconds { get; init; } = 300;

    /// <summary>The options that the environment gives: HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE and their kin, REMEM_CACHE.</summary>
    /// <param name="variable">Reads a variable; null reads the process's.</param>
    /// <exception cref="InputException">A variable has a value that cannot be meant.</exception>
    public static HubOptions FromEnvironment(Func<string, string?>? variable = null) =>
        new HubEnvironment(variable ?? Environment.GetEnvironmentVariable).Read();

    /// <summary>All but the token.</summary>
    public override string ToString() =>
        $"{Endpoint.GetLeftPart(UriPartial.Path)}, token {(Token is null ? "none" : "set")}, cache {HubCache}{(Offline ? ", offline" : string.Empty)}";
}
