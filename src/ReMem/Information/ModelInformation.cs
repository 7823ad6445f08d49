namespace ReMem.Information;

/// <summary>What a model's outputs keep of the image.</summary>
/// <param name="Model">What it is called.</param>
/// <param name="Features">From the token that is read to the answer.</param>
/// <param name="Seconds">Wall time of all measurements, the model's own passes included.</param>
internal sealed record ModelInformation(string Model, IReadOnlyList<FeatureInformation> Features, double Seconds)
{
    /// <summary>Every feature of this model against the same feature of another, which has to have been measured on the same images.</summary>
    public IReadOnlyList<InformationComparison> Against(ModelInformation other) =>
    [
        .. Features.Join(other.Features, f => f.Feature, f => f.Feature, (mine, theirs) =>
            InformationComparison.Of($"{Model} {mine.Feature}", mine.Information, $"{other.Model} {theirs.Feature}", theirs.Information)),
    ];
}
