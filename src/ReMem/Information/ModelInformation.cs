namespace ReMem.Information;

/// <summary>The information that a model's outputs keep about the image.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Features">From the class token to the logits.</param>
/// <param name="Seconds">Wall time of all measurements, including the model's own passes.</param>
internal sealed record ModelInformation(string Model, IReadOnlyList<FeatureInformation> Features, double Seconds)
{
    /// <summary>
    /// Compares every feature of this model with the same feature of another, which must have been measured on the same images.
    /// </summary>
    public IReadOnlyList<InformationComparison> Against(ModelInformation other) =>
    [
        .. Features.Join(other.Features, f => f.Feature, f => f.Feature, (mine, theirs) =>
            InformationComparison.Of($"{Model} {mine.Feature}", mine.Information, $"{other.Model} {theirs.Feature}", theirs.Information)),
    ];
}
