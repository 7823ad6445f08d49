using ReMem.Information;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

public sealed class RidgeDecoderTests
{
    [Fact]
    public void A_linear_relation_without_noise_is_found_exactly()
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor y) = Linear(rows: 60, noise: 0);
        RidgeDecoder decoder = RidgeDecoder.Fit(x[..40], y[..40]);
        Assert.True(decoder.Predict(x[40..]).allclose(y[40..], 1e-2, 1e-2));
    }

    [Fact]
    public void Left_out_predictions_are_those_of_decoders_that_never_saw_the_row()
    {
        using var scope = NewDisposeScope();
        const int rows = 40;
        (Tensor x, Tensor y) = Linear(rows, noise: 1);
        Tensor left = RidgeDecoder.Fit(x, y).PredictLeftOut(x, y);
        Tensor seen = RidgeDecoder.Fit(x, y).Predict(x);
        double difference = 0, fromSeen = 0;
        for (int i = 0; i < rows; i++)
        {
            Tensor others = tensor(Enumerable.Range(0, rows).Where(j => j != i).Select(j => (long)j).ToArray());
            Tensor truly = RidgeDecoder.Fit(x[others], y[others]).Predict(x[i..(i + 1)])[0];
            difference += (left[i] - truly).square().mean().item<float>() / rows;
            fromSeen += (seen[i] - truly).square().mean().item<float>() / rows;
        }

        // Not equal to the digit: without a row, scaling and strength differ a little too.
        Assert.True(difference < 0.05 * fromSeen, $"{difference} {fromSeen}");
    }

    [Fact]
    public void The_strength_chosen_predicts_new_rows_nearly_as_well_as_the_best_one()
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor y) = Linear(rows: 1060, noise: 3);
        (Tensor fitX, Tensor fitY, Tensor newX, Tensor newY) = (x[..60], y[..60], x[60..], y[60..]);
        double chosen = MeanSquare(newY - RidgeDecoder.Fit(fitX, fitY).Predict(newX));
        // By hand, over the same standardised features.
        Tensor mean = fitX.mean([0]), deviation = fitX.std(0, unbiased: false);
        Tensor z = (fitX - mean) / deviation, offset = fitY.mean([0]);
        double best = new[] { 1e-3, 1e-2, 1e-1, 0.3, 1, 3, 10, 100 }.Min(strength =>
        {
            Tensor weights = linalg.solve((z.t().matmul(z) / 60) + (strength * eye(6)), z.t().matmul(fitY - offset) / 60);
            return MeanSquare(newY - ((newX - mean) / deviation).matmul(weights) - offset);
        });
        Assert.InRange(chosen, 0.98 * best, 1.05 * best);
    }

    [Fact]
    public void Of_a_useless_feature_only_the_mean_is_left()
    {
        using var scope = NewDisposeScope();
        (_, Tensor y) = Linear(rows: 50, noise: 1);
        RidgeDecoder decoder = RidgeDecoder.Fit(ones([50, 3]), y);
        Assert.True(decoder.Predict(randn([4, 3])).allclose(decoder.Offset.expand(4, -1)));
        Assert.True(decoder.Offset.allclose(y.mean([0])));
    }

    private static double MeanSquare(Tensor x) => x.square().mean().item<float>();

    private static (Tensor X, Tensor Y) Linear(int rows, double noise)
    {
        Tensor x = Normal(rows, 6, "x"), map = Normal(6, 4, "map");
        return (x, x.matmul(map) + 2 + (noise * Normal(rows, 4, "noise")));
    }

    private static Tensor Normal(int rows, int columns, string purpose)
    {
        var random = new global::ReMem.Runtime.CounterRandom(0, purpose);
        return tensor(Enumerable.Range(0, rows * columns).Select(_ => (float)random.Normal()).ToArray()).view(rows, columns);
    }
}
