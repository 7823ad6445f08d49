using System.Globalization;
using ReMem.Runtime;

namespace ReMem.Weights.Hub;

/// <summary>Reads the variables that huggingface_hub reads, so that both programs use one cache, one token and one mirror.</summary>
internal sealed class HubEnvironment(Func<string, string?> variable)
{
    public const string DefaultEndpoint = "https://huggingface.co";
    private const long MaxTokenBytes = 1 << 16;
    private static readonly string[] Yes = ["1", "ON", "YES", "TRUE"];

    public static string DefaultHubCache => Path.Combine(Caches(null), "huggingface", "hub");

    public static string DefaultUrlCache => Path.Combine(Caches(null), "remem", "urls");

    public HubOptions Read()
    {
        string home = Folder("HF_HOME") ?? Path.Combine(Caches(Folder("XDG_CACHE_HOME")), "huggingface");
        string ownCache = Folder("REMEM_CACHE") ?? Path.Combine(Caches(Folder("XDG_CACHE_HOME")), "remem");
        var options = new HubOptions
        {
            Endpoint = Endpoint(),
            Token = IsYes("HF_HUB_DISABLE_IMPLICIT_TOKEN") ? null : Token(Folder("HF_TOKEN_PATH") ?? Path.Combine(home, "token")),
            HubCache = Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"),
            UrlCache = Path.Combine(ownCache, "urls"),
            Offline = IsYes("HF_HUB_OFFLINE") || IsYes("TRANSFORMERS_OFFLINE"),
            Symlinks = !IsYes("HF_HUB_DISABLE_SYMLINKS"),
        };
        return options with
        {
            ResponseSeconds = Seconds("HF_HUB_ETAG_TIMEOUT", options.ResponseSeconds),
            StallSeconds = Seconds("HF_HUB_DOWNLOAD_TIMEOUT", options.StallSeconds),
        };
    }

    /// <summary>The folder of a user's caches: the given one, else ~/.cache, on every system, as in huggingface_hub.</summary>
    private static string Caches(string? given) =>
        given ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private string? Value(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;

    private bool IsYes(string name) => Value(name) is { } value && Yes.Contains(value.ToUpperInvariant());

    private string? Folder(string name)
    {
        if (Value(name) is not { } path)
            return null;
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Path.Join(home, path[1..]) : path;
    }

    private double Seconds(string name, double otherwise)
    {
        if (Value(name) is not { } text)
            return otherwise;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0.01 and <= 3600
            ? seconds
            : throw new InputException($"{name} is '{text}'.", "environment", "Give seconds between 0.01 and 3600.");
    }

    private Uri Endpoint()
    {
        string text = Value("HF_ENDPOINT") ?? DefaultEndpoint;
        if (Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out Uri? endpoint)
            && endpoint.Scheme is "https" or "http" && endpoint.UserInfo.Length == 0 && endpoint.Query.Length == 0
            && endpoint.Fragment.Length == 0)
            return endpoint;
        // The value may contain a password: it is not quoted.
        throw new InputException(
            "HF_ENDPOINT is not an address of a hub.", "environment", $"Give one such as {DefaultEndpoint}, without user name and query.");
    }

    private string? Token(string file)
    {
        string? token = Value("HF_TOKEN") ?? Value("HUGGING_FACE_HUB_TOKEN");
        string where = "HF_TOKEN";
        if (token is null && File.Exists(file))
        {
            where = file;
            token = InputFile.ReadAllText(file, "file with the hub's token", "Check its permissions, or set HF_TOKEN.", MaxTokenBytes)
                .Trim();
        }

        if (string.IsNullOrEmpty(token))
            return null;
        return token.All(c => c is > ' ' and < '\u007f')
            ? token
            : throw new InputException("The hub's token has invalid characters.", where, "Copy it again from the hub's settings.");
    }
}
