using System.Diagnostics;
using System.Security.Cryptography;
using ReMem.Data;
using ReMem.Evaluation;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// Measures what a vector feature keeps of the image, by how well a decoder trained on some images draws held-out ones. The likelihood is a
/// Gaussian with one variance, fitted beside the decoder and never on the test images, so that nats are nats.
/// </summary>
public static class InformationMeter
{
    private const int FewestTrain = 40;
    private const int FewestTest = 10;

    /// <summary>Measures I_hat of a feature about images.</summary>
    /// <param name="trainFeatures">float [N, D].</param>
    /// <param name="trainImages">uint8 [N, 3, S, S].</param>
    /// <param name="testFeatures">float [M, D].</param>
    /// <param name="testImages">uint8 [M, 3, S, S].</param>
    /// <param name="options">The budget.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="InputException">An option out of range, too few images, a size the decoder cannot draw, or features that are not finite.</exception>
    public static InformationResult Measure(
        Tensor trainFeatures, Tensor trainImages, Tensor testFeatures, Tensor testImages, InformationMeterOptions options, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        DataOptions.Validate(options, "information");
        RequireImages(trainImages, testImages, options);
        RequireRows(trainFeatures, trainImages, testFeatures, testImages);
        long[] kept = NotAmong(trainImages, testImages);
        Tensor rows = tensor(kept, dtype: ScalarType.Int64);
        return Measure(
            trainFeatures,
            Unit(trainImages),
            testFeatures[rows],
            Unit(testImages[rows]),
            options,
            drawsImages: true,
            leaked: (int)testImages.shape[0] - kept.Length,
            cancel);
    }

    /// <summary>As above for targets of any kind, decoded linearly: the exact estimator where feature and target are jointly Gaussian.</summary>
    /// <param name="trainFeatures">float [N, D].</param>
    /// <param name="trainTargets">float [N, P].</param>
    /// <param name="testFeatures">float [M, D].</param>
    /// <param name="testTargets">float [M, P].</param>
    /// <param name="options">Seeds and split; the refinement's settings are not used.</param>
    /// <param name="cancel">Stops between decoders.</param>
    /// <exception cref="InputException">An option out of range, too few rows, or numbers that are not finite.</exception>
    public static InformationResult MeasureTargets(
        Tensor trainFeatures, Tensor trainTargets, Tensor testFeatures, Tensor testTargets, InformationMeterOptions options, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        DataOptions.Validate(options, "information");
        RequireRows(trainFeatures, trainTargets, testFeatures, testTargets);
        RequireFinite(trainTargets, "training targets");
        RequireFinite(testTargets, "test targets");
        return Measure(
            trainFeatures, trainTargets.to(ScalarType.Float32), testFeatures, testTargets.to(ScalarType.Float32), options, drawsImages: false, leaked: 0, cancel);
    }

    private static InformationResult Measure(
        Tensor trainFeatures,
        Tensor trainTargets,
        Tensor testFeatures,
        Tensor testTargets,
        InformationMeterOptions options,
        bool drawsImages,
        int leaked,
        CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        RequireFinite(trainFeatures, "training features");
        RequireFinite(testFeatures, "test features");
        RequireEnough(trainFeatures.shape[0], testFeatures.shape[0], leaked);
        trainFeatures = trainFeatures.detach().to(ScalarType.Float32);
        testFeatures = testFeatures.detach().to(ScalarType.Float32);

        var constants = new double[options.Seeds];
        var decoders = new double[options.Seeds];
        for (int i = 0; i < options.Seeds; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            long seed = options.Seed + i;
            (Tensor fit, Tensor held) = Split((int)trainFeatures.shape[0], options.ValFraction, seed);
            (double constant, double decoder) = OneDecoder(
                (trainFeatures[fit], trainTargets[fit]), (trainFeatures[held], trainTargets[held]), (testFeatures, testTargets), options, drawsImages, seed, cancel);
            (constants[i], decoders[i]) = (constant, decoder);
        }

        double[] information = [.. constants.Zip(decoders, (c, d) => c - d)];
        return new InformationResult(
            Interval.Of(information), information, constants.Average(), decoders, (int)testFeatures.shape[0], leaked, clock.Elapsed.TotalSeconds);
    }

    private static (double Constant, double Decoder) OneDecoder(
        (Tensor Features, Tensor Targets) fit,
        (Tensor Features, Tensor Targets) held,
        (Tensor Features, Tensor Targets) test,
        InformationMeterOptions options,
        bool drawsImages,
        long seed,
        CancellationToken cancel)
    {
        RidgeDecoder ridge = RidgeDecoder.Fit(fit.Features, fit.Targets);
        double constant = Loss(MeanSquare(held.Targets - ridge.Offset), MeanSquare(test.Targets - ridge.Offset));
        Tensor heldDrawn = ridge.Predict(held.Features);
        Tensor testDrawn = ridge.Predict(test.Features);
        if (!drawsImages || options.Epochs == 0)
            return (constant, Loss(MeanSquare(held.Targets - heldDrawn), MeanSquare(test.Targets - testDrawn)));

        Tensor Image(Tensor flat) => flat.view(-1, 3, options.ImageSize, options.ImageSize);
        using var refiner = new ImageRefiner(options.Width, seed);
        (Tensor, Tensor) heldRows = (Image(heldDrawn), Image(held.Targets));
        refiner.Train((Image(ridge.PredictLeftOut(fit.Features, fit.Targets)), Image(fit.Targets)), heldRows, options, seed, cancel);
        return (constant, Loss(refiner.Error(heldRows, options.BatchSize), refiner.Error((Image(testDrawn), Image(test.Targets)), options.BatchSize)));
    }

    /// <summary>Gaussian negative log-likelihood a channel, with the variance of one set and the error on another.</summary>
    private static double Loss(double variance, double error)
    {
        variance = Math.Max(variance, 1e-12);
        return (0.5 * Math.Log(2 * Math.PI * variance)) + (error / (2 * variance));
    }

    /// <summary>uint8 [N, 3, S, S] to float [N, 3 * S * S] in [0, 1].</summary>
    private static Tensor Unit(Tensor images)
    {
        using Scalar largest = 255;
        return images.to(ScalarType.Float32).flatten(1).div_(largest);
    }

    private static double MeanSquare(Tensor difference) => difference.to(ScalarType.Float64).square().mean().item<double>();

    private static (Tensor Fit, Tensor Held) Split(int count, double share, long seed)
    {
        long[] order = [.. new CounterRandom(seed, "decoder-split").Permutation(count).Select(i => (long)i)];
        int held = Math.Max(1, (int)(share * count));
        return (tensor(order[held..]), tensor(order[..held]));
    }

    private static void RequireImages(Tensor train, Tensor test, InformationMeterOptions options)
    {
        if (options.ImageSize % 4 != 0)
            throw new InputException($"The meter's image size is {options.ImageSize}; it must be a multiple of 4.", "information.image_size", "32 is usual.");
        foreach (Tensor images in new[] { train, test })
        {
            if (images.dim() != 4 || images.shape[1] != 3 || images.shape[2] != options.ImageSize || images.shape[3] != options.ImageSize || images.dtype != ScalarType.Byte)
            {
                throw new InputException(
                    $"The meter's images are {images.dtype} [{string.Join(", ", images.shape)}]; they must be uint8 [N, 3, {options.ImageSize}, {options.ImageSize}].",
                    "information");
            }
        }
    }

    private static void RequireRows(Tensor trainFeatures, Tensor trainTargets, Tensor testFeatures, Tensor testTargets)
    {
        foreach ((string split, Tensor features, Tensor targets) in new[] { ("training", trainFeatures, trainTargets), ("test", testFeatures, testTargets) })
        {
            if (features.dim() != 2 || features.shape[0] != targets.shape[0])
            {
                throw new InputException(
                    $"The {split} features are [{string.Join(", ", features.shape)}] for {targets.shape[0]} images; they must be one row an image.", "information");
            }
        }

        if (trainFeatures.shape[1] != testFeatures.shape[1])
        {
            throw new InputException(
                $"The training features have {trainFeatures.shape[1]} dimensions and the test features {testFeatures.shape[1]}.",
                "information",
                "Take both from the same model.");
        }
    }

    private static void RequireFinite(Tensor values, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!values.isfinite().all().item<bool>())
            throw new InputException($"The {name} hold NaN or infinity.", "information", "The model is broken; train it again with a lower learning rate.");
    }

    private static void RequireEnough(long train, long test, int leaked)
    {
        if (train >= FewestTrain && test >= FewestTest)
            return;
        string left = leaked > 0 ? $" ({leaked} test images are left out, since they are among the training images)" : "";
        throw new InputException(
            $"The meter has {train} training and {test} test images{left}; it needs {FewestTrain} and {FewestTest}.",
            "information",
            "Use more images, or leave the meter out.");
    }

    /// <summary>Rows of the test images that are no training image, byte for byte: a decoder must not be judged on what it has seen.</summary>
    private static long[] NotAmong(Tensor train, Tensor test)
    {
        HashSet<string> seen = [.. Hashes(train)];
        return [.. Hashes(test).Select((hash, i) => (hash, i)).Where(p => !seen.Contains(p.hash)).Select(p => (long)p.i)];
    }

    private static IEnumerable<string> Hashes(Tensor images)
    {
        byte[] all = images.contiguous().data<byte>().ToArray();
        int each = all.Length / (int)images.shape[0];
        return Enumerable.Range(0, (int)images.shape[0]).Select(i => Convert.ToHexString(SHA256.HashData(all.AsSpan(i * each, each))));
    }
}
