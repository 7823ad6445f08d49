namespace ReMem.Export.Int8;

/// <summary>
/// The range of an activation in uint8: a number q from 0 to 255 represents (q - ZeroPoint) * Scale. Zero is represented exactly.
/// </summary>
/// <param name="Scale">The step, above 0.</param>
/// <param name="ZeroPoint">The number that represents 0.</param>
internal readonly record struct TensorRange(float Scale, byte ZeroPoint)
{
    /// <summary>The number of steps.</summary>
    public const int Steps = 255;

    /// <summary>The range that includes a smallest value, a largest value and zero.</summary>
    public static TensorRange Of(double low, double high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        float scale = (float)((high - low) / Steps);
        // A tensor of zeros, such as that of a dead channel, stays zero.
        return scale > 0 && float.IsNormal(scale)
            ? new TensorRange(scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, Steps))
            : new TensorRange(1, 0);
    }

    /// <summary>A number quantised in the range: rounded half to even, and clipped.</summary>
    public double Round(double value) =>
        (Math.Clamp(Math.Round(value / Scale, MidpointRounding.ToEven) + ZeroPoint, 0, Steps) - ZeroPoint) * Scale;
}
