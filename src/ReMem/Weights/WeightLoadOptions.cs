namespace ReMem.Weights;

/// <summary>How strict loading is.</summary>
public sealed record WeightLoadOptions
{
    /// <summary>
    /// Whether missing, unexpected and mis-shaped tensors are only reported, as long as at least one tensor fits. Default false: an error.
    /// </summary>
    public bool AllowMissing { get; init; }

    /// <summary>
    /// The prefix of the model's names in the file, such as "student."; empty is none. Default null: it is found, and of several that fit,
    /// averaged weights or the teacher's are taken.
    /// </summary>
    public string? Prefix { get; init; }
}
