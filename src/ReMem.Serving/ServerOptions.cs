namespace ReMem.Serving;

/// <summary>How a classifier is served.</summary>
internal sealed record ServerOptions
{
    /// <summary>Where it listens. Default: this machine only.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    /// <summary>The key that requests must give, in X-API-Key or as a bearer token; null asks for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Bytes of an image, at the most.</summary>
    public long MaxBytes { get; init; } = 10L << 20;

    /// <summary>Pixels of an image, at the most; refused before memory is allocated.</summary>
    public long MaxPixels { get; init; } = 40_000_000;

    /// <summary>Images of a request, at the most.</summary>
    public int MaxImages { get; init; } = 32;

    /// <summary>Images that wait, at the most; beyond that requests are told to come back.</summary>
    public int MaxQueue { get; init; } = 256;

    /// <summary>Images of a run of the model, at the most.</summary>
    public int MaxBatch { get; init; } = 16;

    /// <summary>Time for a request, from its first byte to its answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The best class is the answer only where its probability is this or more.</summary>
    public double MinProbability { get; init; }

    /// <summary>Threads of a run of the model; 0 is all cores.</summary>
    public int Threads { get; init; }
}
