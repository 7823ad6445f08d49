using System.Security.Cryptography;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>The images that features are measured against, checked and converted once for all features.</summary>
internal sealed class MeterImages : IDisposable
{
    internal const int MinTrainImages = 40;
    internal const int MinTestImages = 10;

    private MeterImages(Tensor train, Tensor test, Tensor testRows, int allTest, InformationMeterOptions options)
    {
        (TrainTargets, TestTargets, TestRows, AllTest, Options) = (train, test, testRows, allTest, options);
    }

    /// <summary>The budget of all measurements.</summary>
    public InformationMeterOptions Options { get; }

    /// <summary>Training images.</summary>
    public int Train => (int)TrainTargets.shape[0];

    /// <summary>Number of test images used.</summary>
    public int Test => (int)TestTargets.shape[0];

    /// <summary>Number of test images left out since the identical image is among the training images.</summary>
    public int Leaked => AllTest - Test;

    /// <summary>float [N, 3 * S * S] in [0, 1].</summary>
    internal Tensor TrainTargets { get; }

    /// <summary>float [M, 3 * S * S] in [0, 1], of the used rows.</summary>
    internal Tensor TestTargets { get; }

    /// <summary>int64 [M]: indices of the used rows.</summary>
    internal Tensor TestRows { get; }

    /// <summary>Number of test images before any is left out.</summary>
    internal int AllTest { get; }

    /// <summary>Prepares images; the caller disposes them.</summary>
    /// <param name="train">uint8 [N, 3, S, S].</param>
    /// <param name="test">uint8 [M, 3, S, S].</param>
    /// <param name="options">The budget.</param>
    /// <exception cref="InputException">An option out of range, too few images, or a size that the decoder cannot draw.</exception>
    public static MeterImages Prepare(Tensor train, Tensor test, InformationMeterOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        DataOptions.Validate(options, "information");
        options.RequireDrawable();
        foreach (Tensor images in new[] { train, test })
        {
            if (images.dim() != 4 || images.shape[1] != 3 || images.shape[2] != options.ImageSize || images.shape[3] != options.ImageSize
                || images.dtype != ScalarType.Byte)
            {
                throw new InputException(
                    $"The meter's images are {images.dtype} [{string.Join(", ", images.shape)}]; they must be uint8 [N, 3, "
                        + $"{options.ImageSize}, {options.ImageSize}].",
                    "information");
            }
        }

        long[] kept = NotAmong(train, test);
        Tensor rows = tensor(kept, dtype: ScalarType.Int64);
        int all = (int)test.shape[0];
        RequireEnough(train.shape[0], kept.Length, all - kept.Length);
        return new MeterImages(
            Unit(train).DetachFromDisposeScope(), Unit(test[rows]).DetachFromDisposeScope(), rows.DetachFromDisposeScope(), all, options);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TrainTargets.Dispose();
        TestTargets.Dispose();
        TestRows.Dispose();
    }

    internal static void RequireEnough(long train, long test, int leaked)
    {
        if (train >= MinTrainImages && test >= MinTestImages)
            return;
        string left = leaked > 0 ? $" ({leaked} test images are left out, since they are also training images)" : "";
        throw new InputException(
            $"The meter has {train} training and {test} test images{left}; it needs {MinTrainImages} and {MinTestImages}.",
            "information",
            "Use more images, or leave the meter out.");
    }

    /// <summary>uint8 [N, 3, S, S] to float [N, 3 * S * S] in [0, 1].</summary>
    private static Tensor Unit(Tensor images)
    {
        using Scalar largest = 255;
        return images.to(ScalarType.Float32).flatten(1).div_(largest);
    }

    /// <summary>
    /// Rows of the test images that are not byte for byte a training image: a decoder must not be evaluated on images that it was trained
    /// on.
    /// </summary>
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
