namespace ReMem.Export.Int8;

/// <summary>The range of an activation in uint8: a number q stands for (q - ZeroPoint) * Scale, from 0 to 255. Zero is one of them.</summary>
/// <param name="Scale">The step, above 0.</param>
/// <param name="ZeroPoint">What stands for 0.</param>
internal readonly record struct TensorRange(float Scale, byte ZeroPoint)
{
    /// <summary>The number of steps.</summary>
    public const int Steps = 255;

    /// <summary>The range that holds a smallest and a largest value and zero.</summary>
    public static TensorRange Of(double low, double high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        float scale = (float)((high - low) / Steps);
        // A tensor that is zero throughout, as a dead channel's may be, keeps its zero.
        return scale > 0 && float.IsNormal(scale)
            ? new TensorRange(scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, Steps))
            : new TensorRange(1, 0);
    }

    /// <summary>A number as the range holds it: rounded half to even, and clipped.</summary>
    public double Round(double value) => (Math.Clamp(Math.Round(value / Scale, MidpointRounding.ToEven) + ZeroPoint, 0, Steps) - ZeroPoint) * Scale;
}
