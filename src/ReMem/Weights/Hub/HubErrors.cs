using System.Net;
using ReMem.Runtime.Downloads;

namespace ReMem.Weights.Hub;

/// <summary>The errors of the hub's refusals, one sentence each.</summary>
internal static class HubErrors
{
    /// <summary>What to do where the disk has not enough space for a file of weights.</summary>
    public const string SpaceRemedy =
        "Free some disk space, or set HF_HOME (for files of other addresses REMEM_CACHE) to a folder on another disk.";

    /// <summary>Makes the error for a response that is neither a file nor a transient fault.</summary>
    public static ReMemException Refusal(HttpAnswer answer, HubReference model, string file, HubOptions options)
    {
        string page = model.Page(options.Endpoint);
        string source = model.ToString();
        string ask = options.Token is null
            ? $"Ask for access at {page}, then set HF_TOKEN to a token of that account."
            : $"Ask for access at {page} with the account of your token.";
        return (answer.Response.StatusCode, answer.Header("X-Error-Code")) switch
        {
            (_, "GatedRepo") => new InputException($"The repository '{model.Repository}' is gated by its owners.", source, ask),
            (_, "RevisionNotFound") => new InputException($"The repository '{model.Repository}' has no revision '{model.Revision}'.",
                source, $"See {page} for its branches and tags."),
            (_, "EntryNotFound") => NoFile(model, [file], options),
            (_, "DisabledRepo") =>
                new InputException($"The hub has disabled the repository '{model.Repository}'.", source, "Use another one."),
            (HttpStatusCode.Unauthorized, _) when options.Token is null => new InputException(
                $"There is no public repository '{model.Repository}' on {answer.Host}.", source,
                $"Check the name; for a private or gated one: {ask}"),
            (HttpStatusCode.Unauthorized, _) => new InputException(
                $"There is no repository '{model.Repository}' on {answer.Host} that the token may read.", source,
                "Check the name and HF_TOKEN."),
            (HttpStatusCode.Forbidden, _) =>
                new InputException($"{answer.Host} refuses access to '{model.Repository}' (403).", source, ask),
            (HttpStatusCode.NotFound, _) =>
                new InputException($"There is no repository '{model.Repository}' on {answer.Host}.", source, "Check owner and name."),
            var (status, _) =>
                new ReMemException(
                $"{answer.Host} gives a response to '{file}' that a hub does not give ({(int)status}).", source, "Check HF_ENDPOINT."),
        };
    }

    /// <summary>Makes the error for a repository without these files.</summary>
    public static InputException NoFile(HubReference model, IReadOnlyList<string> files, HubOptions options) => new(
        $"The repository '{model.Repository}' has no {Or(files)} at revision '{model.Revision}'.",
        model.ToString(),
        $"Choose a file at {model.Page(options.Endpoint)} and give its address.");

    /// <summary>Makes the error for files that are not cached while offline.</summary>
    public static InputException NotCached(HubReference model, IReadOnlyList<string> files, HubOptions options) => new(
        $"The cache has no {Or(files)} of '{model.Repository}' at revision '{model.Revision}', and downloading is switched off.",
        options.HubCache,
        "Run once without --offline and HF_HUB_OFFLINE, or give a revision that is cached.");

    private static string Or(IReadOnlyList<string> files) =>
        files.Count == 1 ? files[0] : $"{string.Join(", ", files.SkipLast(1))} or {files[^1]}";
}
