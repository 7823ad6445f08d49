namespace ReMem.Information;

/// <summary>The information that one of a model's outputs keeps about the image.</summary>
/// <param name="Feature">"class_token", "pooled", "patch_tokens" or "logits".</param>
/// <param name="Shape">Shape of one image's feature.</param>
/// <param name="Information">I_hat.</param>
/// <param name="Checks">Other estimates of the same, where requested.</param>
internal sealed record FeatureInformation(string Feature, IReadOnlyList<long> Shape, InformationResult Information,
    IReadOnlyList<InformationCheck> Checks);
