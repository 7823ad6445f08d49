namespace ReMem.Data.Checks;

/// <summary>What happens where validation or test images are also in another split.</summary>
internal enum LeakagePolicy
{
    /// <summary>Exact copies are an error that names an example; near-duplicates are a warning.</summary>
    Fail,

    /// <summary>Near-duplicates are also an error.</summary>
    Strict,

    /// <summary>Both are a warning.</summary>
    Warn,
}
