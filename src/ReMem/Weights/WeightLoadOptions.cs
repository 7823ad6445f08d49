namespace ReMem.Weights;

/// <summary>How strict loading is.</summary>
public sealed record WeightLoadOptions
{
    /// <summary>Whether missing, unexpected and mis-shaped tensors are only reported, as long as some tensor fits. Default false: an error.</summary>
    public bool AllowMissing { get; init; }

    /// <summary>
    /// What the model's names begin with in the file, such as "student."; empty is nothing. Default null: it is found, and of several that fit the averaged
    /// weights or the teacher's are taken.
    /// </summary>
    public string? Prefix { get; init; }
}
