using ReMem.Information;

namespace ReMem.Recipes.Stages;

/// <summary>What a teacher's outputs keep of the image.</summary>
/// <param name="Logits">From the logits.</param>
/// <param name="Pooled">From the pooled feature.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record MeterResult(InformationResult Logits, InformationResult Pooled, double Seconds);
