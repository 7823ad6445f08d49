using System.Runtime.Intrinsics;

namespace ReMem.Data.Pixels;

/// <summary>Normalises the pixels of a channel in one pass; every processor gives the same bits.</summary>
internal static class PixelScaling
{
    /// <summary>(pixel / 255 - mean) / std, as one fused multiplication and addition in float32.</summary>
    /// <param name="from">Pixels of a channel.</param>
    /// <param name="into">As many numbers.</param>
    /// <param name="mean">The channel's mean, of pixels in [0, 1].</param>
    /// <param name="std">Its deviation.</param>
    public static void Fill(ReadOnlySpan<byte> from, Span<float> into, double mean, double std)
    {
        float scale = (float)(1 / (255 * std)), shift = (float)(-mean / std);
        int i = 0;
        for (; i <= from.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(from[i..]));
            Eight(low, into[i..]);
            Eight(high, into[(i + 8)..]);
        }

        for (; i < from.Length; i++)
            into[i] = MathF.FusedMultiplyAdd(from[i], scale, shift);

        void Eight(Vector128<ushort> values, Span<float> eight)
        {
            (Vector128<uint> a, Vector128<uint> b) = Vector128.Widen(values);
            Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Vector256.Create(a, b).AsInt32()), Vector256.Create(scale),
                Vector256.Create(shift)).CopyTo(eight);
        }
    }
}
