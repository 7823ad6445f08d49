using System.ComponentModel.DataAnnotations;
using ReMem.Data.Decoding;

namespace ReMem.Data;

/// <summary>How batches are made.</summary>
public sealed record LoaderOptions
{
    /// <summary>Images per batch, 1 to 65536. Default 64.</summary>
    [Range(1, 65536)]
    public int BatchSize { get; init; } = 64;

    /// <summary>The run's seed, any number. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Threads that decode and resize, 1 to 256. They do not change what comes out. Default 2.</summary>
    [Range(1, 256)]
    public int Threads { get; init; } = 2;

    /// <summary>Batches made ahead of the consumer, 1 to 1024 (or as many as there are threads, where those are more). Default 3.</summary>
    [Range(1, 1024)]
    public int Prefetch { get; init; } = 3;

    /// <summary>A new order every epoch. Default false: the source's order.</summary>
    public bool Shuffle { get; init; }

    /// <summary>How often classes are drawn, where every epoch has a new order. Default uniform.</summary>
    [EnumDataType(typeof(ClassSampling))]
    public ClassSampling Sampling { get; init; }

    /// <summary>
    /// Unlabelled images per labelled image in every batch, where a source has both and every epoch has a new order; 0 or more. Default 0:
    /// as they occur.
    /// </summary>
    internal double UnlabelledRatio { get; init; }

    /// <summary>
    /// Images per epoch, where every epoch has a new order: more than there are repeat, in new views. Default 0: as many as there are.
    /// </summary>
    internal int EpochSize { get; init; }

    /// <summary>Whether batches hold another view of each image, too, of the same mixing. Default false.</summary>
    internal bool Paired { get; init; }

    /// <summary>Leaves out a last batch that is not full. Default false.</summary>
    public bool DropLast { get; init; }

    /// <summary>What to do with an image that cannot be decoded. Default fail.</summary>
    public BadImagePolicy OnBadImage { get; init; }

    /// <summary>Mixes the images of a batch by shares from Beta(alpha, alpha) (mixup), 0 to 100; 0 does not. Default 0.</summary>
    [Range(0.0, 100)]
    public double MixupAlpha { get; init; }

    /// <summary>
    /// Swaps rectangles between the images of a batch by shares from Beta(alpha, alpha) (CutMix), 0 to 100; 0 does not. Default 0.
    /// </summary>
    [Range(0.0, 100)]
    public double CutmixAlpha { get; init; }

    /// <summary>Bytes of decoded pixels to keep, 0 or more, where no cache is passed in. Default 1 GiB.</summary>
    [Range(0, long.MaxValue)]
    public long CacheBytes { get; init; } = DecodedImageCache.DefaultBytes;

    /// <summary>Bytes of finished views to keep, 0 or more; worth it where views repeat. Default 0: none.</summary>
    [Range(0, long.MaxValue)]
    public long ViewCacheBytes { get; init; }
}
