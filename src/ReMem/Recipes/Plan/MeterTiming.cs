using System.Diagnostics;
using ReMem.Information;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Recipes.Plan;

/// <summary>
/// Times the meter on noise of the real shapes and few rows. Its closed-form decoder costs something fixed (the eigenvectors of the
/// features) and something a row, its refinement something a row and epoch.
/// </summary>
internal static class MeterTiming
{
    private const int MaxRows = 512;
    private const int TestRows = 64;
    private const int Seeds = 2;
    private const int Epochs = 2;

    /// <summary>The rate of a budget; its image cost is left at 0.</summary>
    /// <param name="options">The budget.</param>
    /// <param name="side">How many measure at once.</param>
    /// <param name="classes">Width of the logits.</param>
    /// <param name="features">Width of the pooled feature.</param>
    /// <param name="train">Training images of the run.</param>
    public static MeterRate Measure(InformationMeterOptions options, SideBySide side, int classes, int features, int train)
    {
        int rows = Math.Clamp(train, MeterImages.MinTrainImages, MaxRows);
        int few = Math.Max(MeterImages.MinTrainImages, rows / 2);
        InformationMeterOptions linear = options with { Seeds = Seeds, Epochs = 0 };
        Time(linear, few, classes);
        long memory = 0;
        DecoderRate Decoders(int width)
        {
            double[] seconds = side.Mean(() => [Time(linear, few, width), Time(linear, rows, width)]);
            double a = seconds[0], b = seconds[1];
            double row = rows > few ? Math.Clamp((b - a) / (rows - few), 0, b / rows) : b / rows;
            double @fixed = b - (row * rows);
            if (options.Epochs > 0)
            {
                long before = Runtime.ProcessMemory.Now;
                Runtime.ProcessMemory.ForgetPeak();
                double refined = side.Mean(() => [Time(linear with { Epochs = Epochs }, rows, width)])[0];
                row += options.Epochs * Math.Max(0, refined - b) / (Epochs * rows);
                memory = Math.Max(memory, (Runtime.ProcessMemory.Peak - before) / (side.Jobs * rows));
            }

            return new DecoderRate(options.Seeds * @fixed, options.Seeds * row);
        }

        DecoderRate logits = Decoders(classes), pooled = Decoders(features);

        // The images themselves wait as bytes and as floats.
        return new MeterRate(logits, pooled, 0, Math.Max(memory, 8L * 3 * options.ImageSize * options.ImageSize));
    }

    /// <summary>Seconds of one decoder.</summary>
    private static double Time(InformationMeterOptions options, int rows, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor Images(int count) => randint(256, [count, 3, options.ImageSize, options.ImageSize], dtype: ScalarType.Byte);
        Tensor train = randn(rows, width), test = randn(TestRows, width);
        using MeterImages images = MeterImages.Prepare(Images(rows), Images(TestRows), options);
        long begin = Stopwatch.GetTimestamp();
        InformationMeter.Measure(train, test, images);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds / Seeds;
    }
}
