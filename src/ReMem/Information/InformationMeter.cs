using System.Diagnostics;
using ReMem.Evaluation;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// Measures the information that a feature keeps about the image, by how well a decoder trained on some images draws held-out ones (after
/// InfoPro, Wang 2021). Everything is fitted on training images only, including a Gaussian's variance, so that the result is in true nats.
/// </summary>
internal static class InformationMeter
{
    /// <summary>Measures I_hat of a feature about images.</summary>
    /// <param name="trainFeatures">float [N, D], or token or feature maps [N, C, G, G].</param>
    /// <param name="trainImages">uint8 [N, 3, S, S].</param>
    /// <param name="testFeatures">float [M, D] or [M, C, G, G].</param>
    /// <param name="testImages">uint8 [M, 3, S, S].</param>
    /// <param name="options">The budget.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">An option out of range, too few images, a size the decoder cannot draw,
    /// or features that are not finite.</exception>
    public static InformationResult Measure(
        Tensor trainFeatures, Tensor trainImages, Tensor testFeatures, Tensor testImages, InformationMeterOptions options,
        CancellationToken cancellationToken = default)
    {
        using var images = MeterImages.Prepare(trainImages, testImages, options);
        return Measure(trainFeatures, testFeatures, images, cancellationToken);
    }

    /// <summary>Measures I_hat of one of several features of the same images.</summary>
    /// <param name="trainFeatures">float [N, D] or [N, C, G, G].</param>
    /// <param name="testFeatures">float [M, D] or [M, C, G, G], including the left-out rows.</param>
    /// <param name="images">The images and the budget.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">Features that do not fit the images, or are not finite.</exception>
    public static InformationResult Measure(Tensor trainFeatures, Tensor testFeatures, MeterImages images,
        CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        RequireFeatures(trainFeatures, images.Train, testFeatures, images.AllTest);
        return Measure(
            (trainFeatures, images.TrainTargets),
            (images.Leaked == 0 ? testFeatures : testFeatures[images.TestRows], images.TestTargets),
            images.Options,
            drawsImages: true,
            images.Leaked,
            cancellationToken);
    }

    /// <summary>
    /// Measures targets of any kind, decoded linearly: the exact estimator where feature and target are jointly Gaussian.
    /// </summary>
    /// <param name="trainFeatures">float [N, D].</param>
    /// <param name="trainTargets">float [N, P]; in [0, 1] for the cross-entropy.</param>
    /// <param name="testFeatures">float [M, D].</param>
    /// <param name="testTargets">float [M, P].</param>
    /// <param name="options">Seeds, split and likelihood; the refinement's settings are not used.</param>
    /// <param name="cancellationToken">Stops between decoders.</param>
    /// <exception cref="InputException">An option out of range, too few rows, or numbers that are not finite.</exception>
    public static InformationResult MeasureTargets(
        Tensor trainFeatures, Tensor trainTargets, Tensor testFeatures, Tensor testTargets, InformationMeterOptions options,
        CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        DataOptions.Validate(options, "information");
        RequireVectors(trainFeatures, testFeatures);
        RequireFeatures(trainFeatures, trainTargets.shape[0], testFeatures, testTargets.shape[0]);
        RequireTargets(trainTargets, "training targets", options.Likelihood);
        RequireTargets(testTargets, "test targets", options.Likelihood);
        MeterImages.RequireEnough(trainTargets.shape[0], testTargets.shape[0], leaked: 0);
        return Measure(
            (trainFeatures, trainTargets.to(ScalarType.Float32)),
            (testFeatures, testTargets.to(ScalarType.Float32)),
            options,
            drawsImages: false,
            leaked: 0,
            cancellationToken);
    }

    /// <summary>The drawings of test images by the first decoder of a measurement, uint8 [m, 3, S, S].</summary>
    /// <param name="trainFeatures">float [N, D] or [N, C, G, G].</param>
    /// <param name="testFeatures">Features of the images to draw, float [m, D] or [m, C, G, G].</param>
    /// <param name="images">The images and the budget.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">Features that do not fit the images, or are not finite.</exception>
    public static Tensor Draw(Tensor trainFeatures, Tensor testFeatures, MeterImages images, CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        RequireFeatures(trainFeatures, images.Train, testFeatures, testFeatures.shape[0]);
        using FeatureDecoder decoder = Decoder((trainFeatures.detach().to(ScalarType.Float32),
            images.TrainTargets), images.Options, true, images.Options.Seed, cancellationToken).Decoder;
        Tensor drawn = decoder.Draw(testFeatures.detach().to(ScalarType.Float32)).Within(0, 1).TimesInPlace(255).round_();
        return drawn.to(ScalarType.Byte).view(-1, 3, images.Options.ImageSize, images.Options.ImageSize).MoveToOuterDisposeScope();
    }

    /// <summary>The split of the rows for a decoder's seed: most to fit on, the rest held out.</summary>
    internal static (Tensor Fit, Tensor Held) Split(int count, double share, long seed)
    {
        long[] order = [.. new CounterRandom(seed, "decoder-split").Permutation(count).Select(i => (long)i)];
        int held = Math.Max(1, (int)(share * count));
        return (tensor(order[held..]), tensor(order[..held]));
    }

    /// <summary>Checks that features are vectors.</summary>
    internal static void RequireVectors(Tensor trainFeatures, Tensor testFeatures)
    {
        foreach ((string split, Tensor features) in new[] { ("training", trainFeatures), ("test", testFeatures) })
        {
            if (features.dim() != 2)
                throw new InputException(
                    $"The {split} features are [{string.Join(", ", features.shape)}]; they must have one row per image.", "information");
        }
    }

    /// <summary>Checks that features have one row per image, equal shapes in both splits, and are finite.</summary>
    internal static void RequireFeatures(Tensor trainFeatures, long train, Tensor testFeatures, long test)
    {
        foreach ((string split, Tensor features, long images) in new[] { ("training", trainFeatures, train), ("test", testFeatures, test) })
        {
            if (features.dim() is not (2 or 4) || features.shape[0] != images)
            {
                throw new InputException(
                    $"The {split} features are [{string.Join(", ", features.shape)}] for {images} images; they must have one row, or "
                        + "one map, per image.", "information");
            }

            if (features.dim() == 4 && features.shape[2] != features.shape[3])
                throw new InputException($"The {split} maps are {features.shape[2]} x {features.shape[3]}; they must be square.",
                    "information");
        }

        if (!trainFeatures.shape[1..].SequenceEqual(testFeatures.shape[1..]))
        {
            string Shape(Tensor features) =>
                features.dim() == 2 ? $"{features.shape[1]} dimensions" : $"the shape [{string.Join(", ", features.shape[1..])}]";
            throw new InputException(
                $"The training features have {Shape(trainFeatures)} and the test features "
                    + $"{Shape(testFeatures).Replace(" dimensions", "", StringComparison.Ordinal)}.",
                "information",
                "Take both from the same model.");
        }

        RequireFinite(trainFeatures, "training features");
        RequireFinite(testFeatures, "test features");
    }

    private static InformationResult Measure(
        (Tensor Features, Tensor Targets) train,
        (Tensor Features, Tensor Targets) test,
        InformationMeterOptions options,
        bool drawsImages,
        int leaked,
        CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        train.Features = AsFloat(train.Features);
        test.Features = AsFloat(test.Features);
        var constants = new double[options.Seeds];
        var decoders = new double[options.Seeds];
        for (int i = 0; i < options.Seeds; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (FeatureDecoder fitted, (Tensor Features, Tensor Targets) held) = Decoder(train, options, drawsImages, options.Seed + i,
                cancellationToken);
            using FeatureDecoder decoder = fitted;
            constants[i] = options.Likelihood.Loss((decoder.Constant, held.Targets), (decoder.Constant, test.Targets));
            decoders[i] = options.Likelihood.Loss((decoder.Draw(held.Features), held.Targets), (decoder.Draw(test.Features), test.Targets));
        }

        double[] information = [.. constants.Zip(decoders, (c, d) => c - d)];
        return new InformationResult(
            Interval.Of(information), information, constants.Average(), decoders, (int)test.Features.shape[0], leaked,
            clock.Elapsed.TotalSeconds);
    }

    private static (FeatureDecoder Decoder, (Tensor Features, Tensor Targets) Held) Decoder(
        (Tensor Features, Tensor Targets) train, InformationMeterOptions options, bool drawsImages, long seed,
        CancellationToken cancellationToken)
    {
        (Tensor fit, Tensor held) = Split((int)train.Features.shape[0], options.ValFraction, seed);
        (Tensor, Tensor) heldRows = (train.Features[held], train.Targets[held]);
        return (FeatureDecoder.Fit((train.Features[fit], train.Targets[fit]), heldRows, options, drawsImages, seed, cancellationToken),
            heldRows);
    }

    /// <summary>Vectors in single precision; maps, which are large, unchanged, since they are read in pieces.</summary>
    private static Tensor AsFloat(Tensor features) => features.dim() == 4 ? features.detach() : features.detach().to(ScalarType.Float32);

    private static void RequireTargets(Tensor values, string name, Likelihood likelihood)
    {
        RequireFinite(values, name);
        if (likelihood == Likelihood.Bce && (values.min().item<float>() < 0 || values.max().item<float>() > 1))
            throw new InputException($"The {name} leave [0, 1], which cross-entropy needs.", "information.likelihood", "Use gaussian.");
    }

    private static void RequireFinite(Tensor values, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!values.isfinite().all().item<bool>())
            throw new InputException($"The {name} hold NaN or infinity.", "information",
                "The model is broken; train it again with a lower learning rate.");
    }
}
