namespace ReMem.Recipes.Plan;

/// <summary>The rates measured on this machine, with as many processes as the run will have.</summary>
internal sealed record RunRates
{
    public required DecodingRate Decoding { get; init; }

    public required ModelRate Student { get; init; }

    /// <summary>A student without a teacher; null where the recipe has none.</summary>
    public TrainingRate? Alone { get; init; }

    /// <summary>A student with a teacher; null where the recipe has none.</summary>
    public TrainingRate? Taught { get; init; }

    /// <summary>Null where no method has a teacher, as are the following properties.</summary>
    public ModelRate? Teacher { get; init; }

    public TrainingRate? Plain { get; init; }

    public TrainingRate? Sharpness { get; init; }

    public MeterRate? Meter { get; init; }

    /// <summary>Bytes of one view of all images in a teacher's cache; 0 where the recipe has none on disk.</summary>
    public long CachedView { get; init; }

    /// <summary>Seconds of the export.</summary>
    public required double Export { get; init; }

    /// <summary>Seconds of its check per test image, in both runtimes.</summary>
    public double CheckImage { get; init; }

    /// <summary>Write speed of files, bytes per second.</summary>
    public required double WriteRate { get; init; }

    /// <summary>Resident bytes of a process before it trains.</summary>
    public required long BaseMemory { get; init; }

    /// <summary>Bytes of decoded images in <see cref="BaseMemory"/>.</summary>
    public required long DecodedHeld { get; init; }
}
