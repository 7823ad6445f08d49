using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// Rotary positions on a grid (Su 2021; EVA-02, Fang 2023; DINOv3, Simeoni 2025): channel pairs of queries and keys are rotated by angles
/// proportional to the row and the column of their patch. Prefix tokens are not rotated.
/// </summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly bool _halves;
    private readonly ConstantTensor _cos;
    private readonly ConstantTensor _sin;

    private RotaryTable(Func<int, double> row, Func<int, double> column, double[] frequencies, int prefix, int patches, bool halves)
    {
        _halves = halves;
        int pairs = 2 * frequencies.Length;
        int width = 2 * pairs;
        var cos = new double[(prefix + patches) * width];
        var sin = new double[cos.Length];
        Array.Fill(cos, 1, 0, prefix * width);
        for (int patch = 0; patch < patches; patch++)
        {
            for (int pair = 0; pair < pairs; pair++)
            {
                double position = pair < frequencies.Length ? row(patch) : column(patch);
                double angle = position * frequencies[pair % frequencies.Length];
                int start = (prefix + patch) * width;
                (int first, int second) = halves ? (start + pair, start + pair + pairs) : (start + (2 * pair), start + (2 * pair) + 1);
                cos[first] = cos[second] = Math.Cos(angle);

                // A pair (u, v) is rotated to (u cos - v sin, v cos + u sin): the sign is part of the table, and the pair only needs
                // swapping.
                sin[first] = -Math.Sin(angle);
                sin[second] = Math.Sin(angle);
            }
        }

        _cos = new ConstantTensor(tensor(cos, [prefix + patches, width]));
        _sin = new ConstantTensor(tensor(sin, [prefix + patches, width]));
    }

    /// <summary>Factors of the channels themselves, float64 [N, D].</summary>
    public Tensor Cos => _cos.Exact;

    /// <summary>Factors of the channels swapped in their pairs, float64 [N, D].</summary>
    public Tensor Sin => _sin.Exact;

    /// <summary>
    /// EVA-02's: coordinates on the grid of pretraining, neighbouring channels form pairs, frequencies 10000^(-k / (D / 4)).
    /// </summary>
    /// <param name="headWidth">D, a multiple of 4.</param>
    /// <param name="grid">Patches along a side.</param>
    /// <param name="trainedGrid">Patches along a side in pretraining; another grid is spread over the same coordinates.</param>
    /// <param name="prefix">Tokens before the patches.</param>
    public static RotaryTable Axial(int headWidth, int grid, int trainedGrid, int prefix)
    {
        int bands = headWidth / 4;
        double[] frequencies = [.. Enumerable.Range(0, bands).Select(k => Math.Pow(10000, -(double)k / bands))];
        double step = (double)trainedGrid / grid;
        return new RotaryTable(p => p / grid * step, p => p % grid * step, frequencies, prefix, grid * grid, halves: false);
    }

    /// <summary>
    /// DINOv3's: coordinates of the patch centres in [-1, 1], the first half of the channels pairs with the second, periods 100^(k / (D /
    /// 4)).
    /// </summary>
    /// <param name="headWidth">D, a multiple of 4.</param>
    /// <param name="grid">Patches along a side.</param>
    /// <param name="prefix">Tokens before the patches.</param>
    public static RotaryTable Centred(int headWidth, int grid, int prefix)
    {
        int bands = headWidth / 4;
        double[] frequencies = [.. Enumerable.Range(0, bands).Select(k => 2 * Math.PI / Math.Pow(100, (double)k / bands))];
        double At(int index) => (2 * (index + 0.5) / grid) - 1;
        return new RotaryTable(p => At(p / grid), p => At(p % grid), frequencies, prefix, grid * grid, halves: true);
    }

    /// <summary>Rotates queries or keys [B, H, N, D].</summary>
    public Tensor Apply(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar one = 1;

        // Angles in 16 bits would misplace tokens; so the product is float32, and attention casts it.
        ScalarType type = x.element_size() < 4 ? ScalarType.Float32 : x.dtype;
        Tensor cos = _cos.On(x.device, type), sin = _sin.On(x.device, type);
        long width = x.shape[3];
        Tensor swapped = _halves
            ? x.roll(width / 2, -1)
            : x.reshape(x.shape[0], x.shape[1], x.shape[2], width / 2, 2).flip(-1).flatten(3);
        return (x * cos).addcmul(swapped, sin, one).MoveToOuterDisposeScope();
    }

    /// <summary>The channel that each channel is paired with.</summary>
    public int Partner(int channel)
    {
        int half = (int)_cos.Exact.shape[1] / 2;
        return _halves ? (channel + half) % (2 * half) : channel ^ 1;
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }
}
