namespace ReMem.Runtime;

/// <summary>What was found out about the kernels of this machine, kept between processes.</summary>
/// <param name="key">What the findings depend on: processor, libtorch, the checks themselves.</param>
/// <param name="folder">Where they are kept; null is the user's cache folder.</param>
internal sealed class KernelMemory(string key, string? folder = null)
{
    private readonly string _path = Path.Combine(
        folder ?? UserCache.Folder("kernels"), $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)))[..16]}.json");

    /// <summary>Findings by rung; empty where there are none, or none that can be read.</summary>
    public IReadOnlyList<KernelOutcome> Read()
    {
        try
        {
            return File.Exists(_path) && Json.TryReadFile<Content>(_path) is { } content && content.Key == key && content.Outcomes is { } outcomes
                && outcomes.All(o => o?.Name is not null) ? outcomes : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            return [];
        }
    }

    /// <summary>Keeps findings; false where they cannot be written.</summary>
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

    /// <summary>Waits until no other process checks the same; null where the folder cannot be written.</summary>
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
