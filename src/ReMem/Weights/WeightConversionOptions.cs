namespace ReMem.Weights;

/// <summary>How weights are converted.</summary>
internal sealed record WeightConversionOptions
{
    /// <summary>timm's name of the model that the weights have to fit, but for its head and the grid of its position embeddings. Default null: unchecked.</summary>
    public string? Model { get; init; }

    /// <summary>What the model's names begin with in the file, as <see cref="WeightLoadOptions.Prefix"/>. Default null: it is found.</summary>
    public string? Prefix { get; init; }

    /// <summary>Whether floating-point tensors are stored as float16. Default false: each in its own type.</summary>
    public bool Half { get; init; }
}
