using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ReMem.Inference;

/// <summary>What classifiers count, under the meter "ReMem.Inference".</summary>
internal static class ClassifierMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "ReMem.Inference";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Images = Meter.CreateCounter<long>(
        "remem.inference.images", "{image}", "Images that were classified.");

    private static readonly Counter<long> Faults = Meter.CreateCounter<long>(
        "remem.inference.faults", "{image}", "Images that could not be classified.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "remem.inference.duration", "s", "Time of a run of the model.");

    private static readonly Histogram<int> Batch = Meter.CreateHistogram<int>(
        "remem.inference.batch", "{image}", "Images of a run of the model.");

    /// <summary>Counts an image that could not be read.</summary>
    public static void Fault() => Faults.Add(1);

    /// <summary>Counts a run.</summary>
    /// <param name="images">Its images.</param>
    /// <param name="start">When it began, as <see cref="Stopwatch.GetTimestamp"/>.</param>
    public static void Ran(int images, long start)
    {
        Images.Add(images);
        Batch.Record(images);
        Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
