using System.Numerics.Tensors;

namespace ReMem.Export.Int8;

/// <summary>Rounds weights to int8, symmetric, with a scale for each output channel: the one with the smallest squared error.</summary>
internal static class WeightQuantizer
{
    /// <summary>int8 without -128, so that the range is symmetric.</summary>
    public const int Limit = 127;

    /// <summary>Number of scales to try: from the largest weight's down to four fifths of it.</summary>
    private const int Candidates = 21;

    /// <summary>Rounds a weight matrix.</summary>
    /// <param name="weights">A matrix with the output channels along an axis, in C order.</param>
    /// <param name="channels">Number of output channels.</param>
    /// <param name="isFirst">Whether the channels are the first axis; else they are the last.</param>
    /// <param name="smallest">The smallest scale of each channel; null is none.</param>
    /// <returns>The integers, each of which represents integer * scale, and the scales.</returns>
    public static (sbyte[] Values, float[] Scales) Round(ReadOnlySpan<float> weights, int channels, bool isFirst,
        IReadOnlyList<float>? smallest = null)
    {
        int length = weights.Length / channels;
        sbyte[] values = new sbyte[weights.Length];
        float[] scales = new float[channels], one = new float[length];
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < length; i++)
                one[i] = weights[Index(c, i)];
            float scale = Scale(one);
            scales[c] = smallest is null ? scale : Math.Max(scale, smallest[c]);
            for (int i = 0; i < length; i++)
                values[Index(c, i)] = Round(one[i], scales[c]);
        }

        return (values, scales);

        int Index(int channel, int i) => isFirst ? (channel * length) + i : (i * channels) + channel;
    }

    /// <summary>Rounds one number to int8.</summary>
    public static sbyte Round(float weight, float scale) =>
        (sbyte)Math.Clamp(Math.Round(weight / (double)scale, MidpointRounding.ToEven), -Limit, Limit);

    private static float Scale(ReadOnlySpan<float> weights)
    {
        float largest = weights.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(weights));
        // A dead channel's weights are zero.
        if (!float.IsNormal(largest / Limit))
            return 1;
        (float Scale, double Error) best = (largest / Limit, double.PositiveInfinity);
        for (int i = 0; i < Candidates; i++)
        {
            float scale = largest / Limit * (1 - (i * 0.01f));
            double error = 0;
            foreach (float weight in weights)
            {
                double off = (Round(weight, scale) * (double)scale) - weight;
                error += off * off;
            }

            if (error < best.Error)
                best = (scale, error);
        }

        return best.Scale;
    }
}
