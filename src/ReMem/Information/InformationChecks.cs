using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>The checks by name.</summary>
internal static class InformationChecks
{
    /// <summary>Every check.</summary>
    public static IReadOnlyList<string> Names { get; } = ["infonce", "gaussian", "ksg"];

    /// <summary>Throws for an unknown name.</summary>
    /// <exception cref="InputException">No check has that name.</exception>
    public static void RequireKnown(IEnumerable<string> names)
    {
        foreach (string name in names.Where(name => !Names.Contains(name)))
            throw Nearest.Unknown("check", name, [.. Names]);
    }

    /// <summary>Runs a check on a feature of images. A map is averaged to a vector first.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="trainFeatures">float [N, D] or [N, C, G, G].</param>
    /// <param name="testFeatures">float [M, D] or [M, C, G, G], including the left-out rows.</param>
    /// <param name="images">The images, seeds and split.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">No check has that name, or the features do not fit the images.</exception>
    public static InformationCheck Run(string name, Tensor trainFeatures, Tensor testFeatures, MeterImages images,
        CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        RequireKnown([name]);
        InformationMeter.RequireFeatures(trainFeatures, images.Train, testFeatures, images.AllTest);
        Tensor Vectors(Tensor features) =>
            features.dim() == 4 ? features.mean([2, 3], type: ScalarType.Float32) : features.to(ScalarType.Float32);
        return Run(name, (Vectors(trainFeatures), images.TrainTargets), (Vectors(testFeatures)[images.TestRows], images.TestTargets),
            images.Options, cancellationToken);
    }

    /// <summary>Runs a check on targets of any kind, float [N, P].</summary>
    internal static InformationCheck Run(
        string name, (Tensor Features, Tensor Targets) train, (Tensor Features, Tensor Targets) test, InformationMeterOptions options,
        CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        (int features, int codes) = name switch
        {
            "infonce" => (InfoNceCheck.FeatureDimensions, InfoNceCheck.CodeDimensions),
            "gaussian" => (GaussianCheck.Dimensions, GaussianCheck.Dimensions),
            _ => (KsgCheck.Dimensions, KsgCheck.Dimensions),
        };
        var feature = PrincipalComponents.Fit(train.Features, features, options.Seed);
        var code = PrincipalComponents.Fit(train.Targets, codes, options.Seed);
        (Tensor Features, Tensor Codes) fit = (feature.Code(train.Features), code.Code(train.Targets));
        (Tensor Features, Tensor Codes) judge = (feature.Code(test.Features), code.Code(test.Targets));
        return name switch
        {
            "infonce" => InfoNceCheck.Measure(fit, judge, options, cancellationToken),
            "gaussian" => GaussianCheck.Measure(fit, judge, options),
            _ => KsgCheck.Measure(judge, options),
        };
    }
}
