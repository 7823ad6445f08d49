using System.ComponentModel.DataAnnotations;

namespace ReMem.Distillation.Cache;

/// <summary>How a cache is compared with its teacher.</summary>
internal sealed record TeacherCacheVerifierOptions
{
    /// <summary>
    /// Minimal number of images that the teacher is run on again, 1 to 10000000; all shards are always checked. Default 256.
    /// </summary>
    [Range(1, 10_000_000)]
    public int Samples { get; init; } = 256;

    /// <summary>
    /// The maximal mean KL(teacher || cache) that passes, nats, 0 to 1000. Rounding to 16 bits costs about 1e-6. Default 1e-3.
    /// </summary>
    [Range(0.0, 1000)]
    public double MaxKl { get; init; } = 1e-3;

    /// <summary>The minimal top-1 and top-5 agreement that passes, 0 to 1. Default 0.99.</summary>
    [Range(0.0, 1)]
    public double MinAgreement { get; init; } = 0.99;

    /// <summary>Seed of the choice of images. Default 0.</summary>
    public long Seed { get; init; }
}
