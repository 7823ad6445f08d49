namespace ReMem.Weights;

/// <summary>How weights are converted.</summary>
internal sealed record WeightConversionOptions
{
    /// <summary>
    /// timm's name of the model that the weights must fit, except for its head and the grid of its position embeddings. Default null:
    /// unchecked.
    /// </summary>
    public string? Model { get; init; }

    /// <summary>
    /// The prefix of the model's names in the file, as <see cref="WeightLoadOptions.Prefix"/>. Default null: it is found.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>Whether floating-point tensors are stored as float16. Default false: types are kept.</summary>
    public bool Half { get; init; }
}
