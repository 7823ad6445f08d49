namespace ReMem.Information;

/// <summary>What one of a model's outputs keeps of the image.</summary>
/// <param name="Feature">"class_token", "pooled", "patch_tokens" or "logits".</param>
/// <param name="Shape">Of one image's feature.</param>
/// <param name="Information">I_hat.</param>
/// <param name="Checks">Other estimates of the same, where they were asked for.</param>
internal sealed record FeatureInformation(string Feature, IReadOnlyList<long> Shape, InformationResult Information, IReadOnlyList<InformationCheck> Checks);
