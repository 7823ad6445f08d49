using System.ComponentModel.DataAnnotations;

namespace ReMem.Information;

/// <summary>The budget of the meter. Compared models must be measured with the same budget.</summary>
internal sealed record InformationMeterOptions
{
    /// <summary>Side of the images that decoders draw, 8 to 128 pixels and a multiple of 4. Default 32.</summary>
    [Range(8, 128)]
    public int ImageSize { get; init; } = 32;

    /// <summary>Number of decoders, each with its own split and initialisation, 2 to 100. Default 3.</summary>
    [Range(2, 100)]
    public int Seeds { get; init; } = 3;

    /// <summary>Passes of the convolutional refinement, 0 (the linear decoder alone) to 1000. Default 8.</summary>
    [Range(0, 1000)]
    public int Epochs { get; init; } = 8;

    /// <summary>Channels of the refinement, 4 to 512. Default 32.</summary>
    [Range(4, 512)]
    public int Width { get; init; } = 32;

    /// <summary>Batch size of the refinement, 1 to 4096. Default 64.</summary>
    [Range(1, 4096)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Adam's learning rate of the refinement, 1e-6 to 1. Default 1e-3.</summary>
    [Range(1e-6, 1)]
    public double Lr { get; init; } = 1e-3;

    /// <summary>Share of the training images held out to choose stopping and variance, 0.05 to 0.5. Default 0.2.</summary>
    [Range(0.05, 0.5)]
    public double ValFraction { get; init; } = 0.2;

    /// <summary>"gaussian" or "bce": the likelihood of a pixel given its drawing. Default gaussian.</summary>
    [EnumDataType(typeof(Likelihood))]
    public Likelihood Likelihood { get; init; } = Likelihood.Gaussian;

    /// <summary>Seed of the first decoder. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Refuses a size that the decoder cannot draw.</summary>
    /// <exception cref="InputException">It is no multiple of 4.</exception>
    internal void RequireDrawable()
    {
        if (ImageSize % 4 != 0)
            throw new InputException($"The meter's image size is {ImageSize}; it must be a multiple of 4.", "information.image_size",
                "32 is usual.");
    }
}
