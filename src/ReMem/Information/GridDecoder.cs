using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The linear decoder of a token map: every token draws its own patch of the image, all by the same linear map, after the mean token and
/// the mean patch of each position are subtracted. In closed form: ridge regression with the strength that draws held-out images best.
/// </summary>
/// <remarks>
/// A map from all tokens to all pixels would have hundreds of weights per image. Shared weights see grid^2 tokens per image,
/// so that they do not overfit, and one pass over the tokens suffices: every strength's error is a quadratic form.
/// </remarks>
internal sealed class GridDecoder : ILinearDecoder
{
    private const long RowsAtOnce = 1 << 14;
    private const double MinDeviation = 1e-6;
    private readonly Tensor _meanToken;
    private readonly Tensor _scale;
    private readonly Tensor _weights;
    private readonly int _imageSize;

    private GridDecoder(Tensor meanToken, Tensor scale, Tensor weights, Tensor offset, int imageSize)
    {
        (_meanToken, _scale, _weights, Offset, _imageSize) = (meanToken, scale, weights, offset, imageSize);
    }

    /// <inheritdoc/>
    public Tensor Offset { get; }

    /// <summary>Fits the decoder. Tensors belong to the caller's scope.</summary>
    /// <param name="fit">Token maps float [N, C, G, G] and flat images float [N, 3 * S * S].</param>
    /// <param name="held">Held-out ones that choose the strength.</param>
    /// <param name="imageSize">S. Where G does not divide it, patches are drawn at the next multiple and resized.</param>
    public static GridDecoder Fit((Tensor Features, Tensor Targets) fit, (Tensor Features, Tensor Targets) held, int imageSize)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar tiny = 1e-30, smallest = MinDeviation;
        Tensor meanToken = fit.Features.mean([0], keepdim: true, type: ScalarType.Float32);
        Tensor offset = fit.Targets.mean([0]);
        Tensor deviation = Deviation(fit.Features, meanToken);
        // As for vectors: a constant channel must not be amplified to noise.
        Tensor alive = deviation.gt(meanToken.abs().amax([0, 2, 3]).maximum(deviation.max()).mul(smallest)).to(ScalarType.Float32);
        Tensor scale = (alive / deviation.clamp_min(tiny)).view(1, -1, 1, 1);
        var whole = new GridDecoder(meanToken, scale, empty(0), offset, imageSize);
        Moments train = whole.MomentsOf(fit), test = whole.MomentsOf(held);
        (Tensor values, Tensor vectors) = linalg.eigh(train.Tokens);
        Tensor rotated = vectors.t().matmul(train.Cross);
        Tensor shrink = Strongest(
            values.relu(), rotated, vectors.t().matmul(test.Tokens).matmul(vectors), vectors.t().matmul(test.Cross));
        Tensor weights = vectors.matmul(rotated * shrink.unsqueeze(1)).to(ScalarType.Float32);
        return new GridDecoder(
            meanToken.MoveToOuterDisposeScope(),
            scale.MoveToOuterDisposeScope(),
            weights.MoveToOuterDisposeScope(),
            offset.MoveToOuterDisposeScope(),
            imageSize);
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        var drawn = new List<Tensor>();
        foreach (Tensor chunk in Chunks(features))
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor pieces = Rows(chunk).matmul(_weights);
            long grid = chunk.shape[2], piece = Piece(grid);
            Tensor image = nn.functional.pixel_shuffle(pieces.view(chunk.shape[0], grid, grid, -1).permute(0, 3, 1, 2), piece);
            if (image.shape[2] != _imageSize)
                image = nn.functional.interpolate(image, [_imageSize, _imageSize], mode: InterpolationMode.Bicubic, align_corners: false,
                    antialias: true);
            drawn.Add(image.flatten(1).Plus(Offset).MoveToOuterDisposeScope());
        }

        return cat([.. drawn]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>There are hundreds of rows per weight: leaving one image out would not change the result noticeably.</remarks>
    public Tensor PredictLeftOut(Tensor features, Tensor targets) => Predict(features);

    private static Tensor Deviation(Tensor maps, Tensor mean)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(maps.shape[1], ScalarType.Float64);
        foreach (Tensor chunk in Chunks(maps))
        {
            using DisposeScope inner = NewDisposeScope();
            sum.PlusInPlace((chunk.to(ScalarType.Float32) - mean).Squared().sum([0, 2, 3]).to(ScalarType.Float64));
        }

        using Scalar rows = (double)(maps.numel() / maps.shape[1]);
        return sum.div_(rows).sqrt_().to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static IEnumerable<Tensor> Chunks(Tensor maps)
    {
        long step = Math.Max(1, RowsAtOnce / (maps.shape[2] * maps.shape[3]));
        for (long start = 0; start < maps.shape[0]; start += step)
            yield return maps.narrow(0, start, Math.Min(step, maps.shape[0] - start));
    }

    /// <summary>
    /// 1 / (eigenvalue + strength) for the strength with the smallest error on the held-out rows; zeros, the constant, where none is
    /// better.
    /// </summary>
    private static Tensor Strongest(Tensor values, Tensor rotated, Tensor heldTokens, Tensor heldCross)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar two = 2;
        // The error minus the constant's: shrink' (T o R R') shrink - 2 shrink' diag(R X').
        Tensor quadratic = heldTokens * rotated.matmul(rotated.t());
        Tensor linear = (rotated * heldCross).sum(1) * two;
        (Tensor Shrink, double Error, int Exponent) best = (zeros_like(values), 0, 0);
        Try(Enumerable.Range(-12, 21).Select(i => 4 * i));
        Try(Enumerable.Range(best.Exponent - 3, 7));
        return best.Shrink.MoveToOuterDisposeScope();

        void Try(IEnumerable<int> exponents)
        {
            foreach (int exponent in exponents)
            {
                using Scalar strength = Math.Pow(10, exponent / 8.0);
                Tensor shrink = values.clone().PlusInPlace(strength).reciprocal_();
                double error = (shrink.dot(quadratic.mv(shrink)) - linear.dot(shrink)).item<double>();
                if (error < best.Error)
                    best = (shrink, error, exponent);
            }
        }
    }

    private long Piece(long grid) => (_imageSize + grid - 1) / grid;

    /// <summary>Token maps [N, C, G, G] as standardised rows [N * G * G, C].</summary>
    private Tensor Rows(Tensor maps) => ((maps.to(ScalarType.Float32) - _meanToken) * _scale).permute(0, 2, 3, 1).flatten(0, 2);

    /// <summary>Flat images [N, 3 * S * S] as rows of patches [N * G * G, 3 * P * P], minus the mean image.</summary>
    private Tensor Pieces(Tensor targets, long grid)
    {
        long piece = Piece(grid);
        Tensor images = (targets - Offset).view(-1, 3, _imageSize, _imageSize);
        if (piece * grid != _imageSize)
            images = nn.functional.interpolate(images, [piece * grid, piece * grid], mode: InterpolationMode.Bicubic, align_corners: false);
        return nn.functional.pixel_unshuffle(images, piece).permute(0, 2, 3, 1).flatten(0, 2);
    }

    /// <summary>Second moments per row: of the tokens [C, C], and of tokens with patches [C, 3 * P * P].</summary>
    private Moments MomentsOf((Tensor Features, Tensor Targets) set)
    {
        using DisposeScope scope = NewDisposeScope();
        long grid = set.Features.shape[2], width = set.Features.shape[1], piece = Piece(grid), seen = 0;
        Tensor tokens = zeros([width, width], ScalarType.Float64), cross = zeros([width, 3 * piece * piece], ScalarType.Float64);
        foreach (Tensor chunk in Chunks(set.Features))
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor rows = Rows(chunk).t();
            tokens.PlusInPlace(rows.matmul(rows.t()).to(ScalarType.Float64));
            cross.PlusInPlace(rows.matmul(Pieces(set.Targets.narrow(0, seen, chunk.shape[0]), grid)).to(ScalarType.Float64));
            seen += chunk.shape[0];
        }

        using Scalar count = (double)(seen * grid * grid);
        return new Moments(tokens.div_(count).MoveToOuterDisposeScope(), cross.div_(count).MoveToOuterDisposeScope());
    }

    private sealed record Moments(Tensor Tokens, Tensor Cross);
}
