using System.Text.Json;

namespace ReMem.Runtime;

/// <summary>The outcomes of checking the kernels of this machine, stored between processes.</summary>
/// <param name="key">What the outcomes depend on: processor, libtorch, the checks themselves.</param>
/// <param name="folder">Where they are stored; null is the user's cache folder.</param>
internal sealed class KernelMemory(string key, string? folder = null)
{
    // No cryptographic hash: loading its library takes longer than all else here, and the file holds the whole key.
    private readonly string _path = Path.Combine(folder ?? UserCache.Folder("kernels"), $"{CounterRandom.Fnv1a(key):x8}.json");

    /// <summary>The stored outcomes; empty where there are none, or they cannot be read.</summary>
    /// <remarks>Every start of the program reads this. Parsing the document directly takes a few milliseconds;
    /// a serializer that uses reflection takes a hundred.</remarks>
    public IReadOnlyList<KernelOutcome> Read()
    {
        try
        {
            if (!File.Exists(_path))
                return [];
            using JsonDocument document = JsonDocument.Parse(InputFile.ReadAllText(_path, "JSON file", "Delete the file."));
            JsonElement root = document.RootElement;
            if (root.GetProperty("key").GetString() != key)
                return [];
            var outcomes = new List<KernelOutcome>();
            foreach (JsonElement outcome in root.GetProperty("outcomes").EnumerateArray())
                outcomes.Add(Read(outcome));
            return outcomes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException or JsonException
            or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return [];
        }
    }

    private static KernelOutcome Read(JsonElement outcome)
    {
        string? Text(string name) => outcome.GetProperty(name).GetString();
        double Number(string name) =>
            outcome.GetProperty(name) is { ValueKind: not JsonValueKind.Null } number ? number.GetDouble() : double.NaN;
        string status = Text("status") ?? throw new FormatException("The status is null.");
        return new KernelOutcome(
            Text("name") ?? throw new FormatException("The name is null."),
            Text("description") ?? string.Empty,
            status switch
            {
                "right" => KernelStatus.Right,
                "wrong" => KernelStatus.Wrong,
                "died" => KernelStatus.Died,
                "too_slow" => KernelStatus.TooSlow,
                "passed" => KernelStatus.Passed,
                _ => throw new FormatException($"'{status}' is not a status."),
            },
            Number("error"),
            Text("worst"),
            Number("bf16_error"),
            Text("bf16_worst"),
            outcome.GetProperty("wrong_cases").GetInt32(),
            outcome.GetProperty("cases").GetInt32(),
            Number("seconds"),
            Text("detail"))
        {
            Speed = Number("speed") is double.NaN ? null : Number("speed"),
        };
    }

    /// <summary>Stores outcomes; false where they cannot be written.</summary>
    public bool TryWrite(IReadOnlyList<KernelOutcome> outcomes)
    {
        try
        {
            AtomicFile.WriteAllText(_path, Json.Serialize(new Content(key, [.. outcomes.Where(o => o.Status != KernelStatus.NotChecked)])));
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    /// <summary>Waits until no other process checks the same kernels; null where the folder cannot be written.</summary>
    public IDisposable? Lock(Action waiting)
    {
        try
        {
            return FileLock.TakeAsync(_path + ".lock", waiting, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (InputException)
        {
            return null;
        }
    }

    private sealed record Content(string Key, IReadOnlyList<KernelOutcome> Outcomes);
}
