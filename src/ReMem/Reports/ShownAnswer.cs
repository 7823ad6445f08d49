using System.Text.Json.Serialization;

namespace ReMem.Reports;

/// <summary>An image with what a model answers, as a page shows it.</summary>
/// <param name="Name">The image's.</param>
/// <param name="Label">The class it is labelled with.</param>
/// <param name="Answer">The class that the model answers.</param>
/// <param name="Confidence">The model's probability of its answer, 0 to 1.</param>
/// <param name="LabelProbability">Its probability of the label, 0 to 1.</param>
internal sealed record ShownAnswer(string Name, string Label, string Answer, double Confidence, double LabelProbability)
{
    /// <summary>A small JPEG of the image, as a data address; only in memory. Null where there is none.</summary>
    [JsonIgnore]
    public string? Picture { get; init; }
}
