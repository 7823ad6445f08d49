using ReMem.Information;

namespace ReMem.Recipes.Stages;

/// <summary>The information about the image in a teacher's outputs.</summary>
/// <param name="Logits">I_hat of the logits.</param>
/// <param name="Pooled">I_hat of the pooled feature.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record MeterResult(InformationResult Logits, InformationResult Pooled, double Seconds);
