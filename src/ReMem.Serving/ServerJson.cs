using System.Text.Json.Serialization;

namespace ReMem.Serving;

/// <summary>The JSON of a request: images as base64.</summary>
/// <param name="Images">One or more.</param>
internal sealed record ClassifyRequest([property: JsonPropertyName("images")] IReadOnlyList<string>? Images);

/// <summary>The answers to a request.</summary>
/// <param name="Answers">In the order of the images.</param>
/// <param name="Milliseconds">Time in the service.</param>
internal sealed record ClassifyResponse(IReadOnlyList<AnswerJson> Answers, double Milliseconds);

/// <summary>What the model says of an image.</summary>
/// <param name="Label">The best class, or "unknown".</param>
/// <param name="Probability">The best class's, 0 to 1.</param>
/// <param name="Classes">The most probable classes, best first.</param>
internal sealed record AnswerJson(string Label, float Probability, IReadOnlyList<ClassJson> Classes);

/// <summary>A class with its probability.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Index">Its index.</param>
/// <param name="Probability">0 to 1.</param>
internal sealed record ClassJson(string Label, int Index, float Probability);

/// <summary>What is served.</summary>
/// <param name="Architecture">timm's name.</param>
/// <param name="ImageSize">Side of the view that the model sees, pixels.</param>
/// <param name="Labels">Class names in index order.</param>
/// <param name="MinProbability">The least probability of an answer.</param>
internal sealed record ModelResponse(string Architecture, int ImageSize, IReadOnlyList<string> Labels, double MinProbability);
