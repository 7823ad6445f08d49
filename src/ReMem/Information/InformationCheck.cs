using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>
/// Another estimate of what a feature keeps, of the image's code rather than its pixels: the image's first principal components, of unit variance.
/// In nats an image, not a pixel channel.
/// </summary>
/// <param name="Method">"infonce", "gaussian" or "ksg".</param>
/// <param name="Nats">Mean and 95 % interval.</param>
/// <param name="Cap">What the estimator cannot exceed, ln N of InfoNCE; null where nothing caps it.</param>
/// <param name="FeatureDimensions">Principal components of the feature.</param>
/// <param name="CodeDimensions">Principal components of the image.</param>
/// <param name="Images">Images that each value is judged on.</param>
/// <param name="PerSeed">What the interval is of.</param>
internal sealed record InformationCheck(
    string Method, Interval Nats, double? Cap, int FeatureDimensions, int CodeDimensions, int Images, IReadOnlyList<double> PerSeed);
