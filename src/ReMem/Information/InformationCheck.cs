using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>
/// Another estimate of the information in a feature, about the image's code rather than its pixels: the image's first principal components,
/// of unit variance. In nats per image, not per pixel channel.
/// </summary>
/// <param name="Method">"infonce", "gaussian" or "ksg".</param>
/// <param name="Nats">Mean and 95 % interval.</param>
/// <param name="Cap">The upper bound of the estimator, ln N for InfoNCE; null where there is none.</param>
/// <param name="FeatureDimensions">Principal components of the feature.</param>
/// <param name="CodeDimensions">Principal components of the image.</param>
/// <param name="Images">Images that each value is evaluated on.</param>
/// <param name="PerSeed">The values of the interval.</param>
internal sealed record InformationCheck(
    string Method, Interval Nats, double? Cap, int FeatureDimensions, int CodeDimensions, int Images, IReadOnlyList<double> PerSeed);
