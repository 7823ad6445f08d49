namespace ReMem.Recipes;

/// <summary>What a training costs.</summary>
/// <param name="Fresh">Seconds of a step on views that were not seen before, a teacher's pass included.</param>
/// <param name="Kept">Seconds of a step on views, and a teacher's answers, that are kept from an earlier epoch.</param>
/// <param name="Memory">Bytes that it takes on top of what the process holds.</param>
internal sealed record TrainingRate(double Fresh, double Kept, long Memory);

/// <summary>What a model costs beside its training.</summary>
/// <param name="Parameters">Trainable scalars.</param>
/// <param name="Create">Seconds to make it.</param>
/// <param name="EvaluateImage">Seconds an image of evaluation takes, its view included.</param>
/// <param name="Features">Width of the pooled feature.</param>
internal sealed record ModelRate(long Parameters, double Create, double EvaluateImage, int Features)
{
    /// <summary>Bytes of its weights in a file.</summary>
    public long Bytes => 4 * Parameters;
}

/// <summary>What all the meter's decoders of one feature cost.</summary>
/// <param name="Fixed">Seconds whatever the number of images.</param>
/// <param name="Row">Further seconds a training image.</param>
internal sealed record DecoderRate(double Fixed, double Row)
{
    /// <summary>Seconds of so many training images.</summary>
    public double Of(int images) => Fixed + (images * Row);
}

/// <summary>What the meter costs.</summary>
/// <param name="Logits">The decoders of the logits.</param>
/// <param name="Pooled">Those of the pooled feature.</param>
/// <param name="Image">Seconds to make one image's view at the meter's size.</param>
/// <param name="RowMemory">Bytes a training image.</param>
internal sealed record MeterRate(DecoderRate Logits, DecoderRate Pooled, double Image, long RowMemory);

/// <summary>What images cost before they are views.</summary>
/// <param name="Training">Seconds to decode one for training.</param>
/// <param name="Evaluation">Seconds to decode one for evaluation.</param>
/// <param name="View">Seconds to make a training view of a decoded one.</param>
/// <param name="Bytes">Of one, decoded.</param>
internal sealed record DecodingRate(double Training, double Evaluation, double View, long Bytes);

/// <summary>What was measured on this machine, with as many processes at work as the run will have.</summary>
internal sealed record RunRates
{
    public required DecodingRate Decoding { get; init; }

    public required ModelRate Student { get; init; }

    /// <summary>A student without a teacher; null where the recipe has none.</summary>
    public TrainingRate? Alone { get; init; }

    /// <summary>A student with a teacher; null where the recipe has none.</summary>
    public TrainingRate? Taught { get; init; }

    /// <summary>Null where no method has a teacher, as all that follows.</summary>
    public ModelRate? Teacher { get; init; }

    public TrainingRate? Plain { get; init; }

    public TrainingRate? Sharpness { get; init; }

    public MeterRate? Meter { get; init; }

    /// <summary>Bytes of one view of all images in a teacher's cache; 0 where the recipe has none on disk.</summary>
    public long CachedView { get; init; }

    /// <summary>Seconds of the export.</summary>
    public required double Export { get; init; }

    /// <summary>Seconds of its check by one test image, in both runtimes.</summary>
    public double CheckImage { get; init; }

    /// <summary>Bytes a second that files are written with.</summary>
    public required double WriteRate { get; init; }

    /// <summary>Resident bytes of a process before it trains.</summary>
    public required long BaseMemory { get; init; }

    /// <summary>Bytes of decoded images in <see cref="BaseMemory"/>.</summary>
    public required long DecodedHeld { get; init; }
}
