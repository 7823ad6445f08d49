using System.Text.Json;
using static TorchSharp.torch;

namespace ReMem.Tests;

/// <summary>
/// Reference values from timm, torch and PIL, and the formula that fills their inputs (goldens/README of the project's shared folder).
/// </summary>
internal static class Goldens
{
    public static JsonElement Math { get; } = JsonDocument.Parse(File.ReadAllText(PathOf("math.json"))).RootElement;

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "goldens", file);

    /// <summary>The reference's uniform numbers in [-1, 1), by name.</summary>
    public static double[] Uniform(string name, long count)
    {
        uint hash = global::ReMem.Runtime.CounterRandom.Fnv1a(name);
        var values = new double[count];
        for (long j = 0; j < count; j++)
            values[j] = At(hash, j);
        return values;
    }

    /// <summary>offset + scale u in float32: the largest models have a hundred million of them.</summary>
    public static float[] UniformFloats(string name, long count, double offset, double scale)
    {
        uint hash = global::ReMem.Runtime.CounterRandom.Fnv1a(name);
        var values = new float[count];
        for (int j = 0; j < values.Length; j++)
            values[j] = (float)(offset + (scale * At(hash, j)));
        return values;
    }

    public static Tensor UniformTensor(string name, double scale, params long[] shape)
    {
        double[] values = Uniform(name, shape.Aggregate(1L, (a, b) => a * b));
        return tensor(scale == 1 ? values : [.. values.Select(v => scale * v)]).view(shape);
    }

    private static double At(uint hash, long j)
    {
        uint x = hash + ((uint)j * 0x9E3779B9);
        x ^= x >> 16;
        x *= 0x85EBCA6B;
        x ^= x >> 13;
        x *= 0xC2B2AE35;
        x ^= x >> 16;
        return (x / 2147483648.0) - 1;
    }

    /// <summary>Bit equality.</summary>
    public static bool Same(Tensor a, Tensor b) => a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>();
}
