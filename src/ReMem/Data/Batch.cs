using static TorchSharp.torch;

namespace ReMem.Data;

/// <summary>A batch of views. Pixels stay 8-bit until a model normalises them, since teacher and student may differ in that.</summary>
/// <param name="Images">uint8 [B, 3, H, W].</param>
/// <param name="Labels">int64 [B].</param>
/// <param name="Indices">Each row's sample index in its source.</param>
public sealed record Batch(Tensor Images, Tensor Labels, int[] Indices) : IDisposable
{
    /// <summary>How many samples.</summary>
    public int Count => Indices.Length;

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
