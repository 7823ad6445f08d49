using ReMem.Evaluation;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The nearest-neighbour estimate of Kraskov, Stögbauer and Grassberger (2004), their first one: it needs no model of the data, but few
/// dimensions. It covers the first components of feature and image, and not the rest.
/// </summary>
internal static class KsgCheck
{
    public const int Dimensions = 3;
    private const int Neighbours = 4;
    private const int MaxRows = 2000;

    /// <summary>Measures; the test rows are divided among the seeds, so that the values are independent.</summary>
    public static InformationCheck Measure((Tensor Features, Tensor Codes) test, InformationMeterOptions options)
    {
        int rows = (int)test.Features.shape[0], each = Math.Min(MaxRows, rows / options.Seeds);
        if (each <= Neighbours + 1)
        {
            throw new InputException(
                $"The check ksg has {rows} test images for {options.Seeds} seeds; it needs {Neighbours + 2} per seed.",
                "information.seeds", "Use more images, or fewer seeds.");
        }

        long[] order = [.. new CounterRandom(options.Seed, "ksg").Permutation(rows).Select(i => (long)i)];
        double[] nats =
        [
            .. Enumerable.Range(0, options.Seeds).Select(i =>
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor part = tensor(order[(i * each)..((i + 1) * each)]);
                return Estimate(test.Features[part], test.Codes[part]);
            }),
        ];
        return new InformationCheck("ksg", Interval.Of(nats), null, (int)test.Features.shape[1], (int)test.Codes.shape[1], each, nats);
    }

    private static double Estimate(Tensor x, Tensor y)
    {
        long rows = x.shape[0];
        using Scalar one = 1;
        Tensor dx = Distances(x), dy = Distances(y), joint = dx.maximum(dy);
        Tensor reach = joint.topk(Neighbours, 1, largest: false, sorted: true).values.select(1, Neighbours - 1).unsqueeze(1);
        Tensor Psi(Tensor distances) => distances.lt(reach).sum(1).to(ScalarType.Float64).PlusInPlace(one).digamma();
        double counts = Psi(dx).Plus(Psi(dy)).mean().item<double>();
        using Tensor known = tensor(new double[] { Neighbours, rows });
        return known.digamma().sum().item<double>() - counts;
    }

    /// <summary>
    /// Largest difference of any coordinate [N, N]; the distance of a row to itself is infinite, so that it is not its own neighbour.
    /// </summary>
    private static Tensor Distances(Tensor rows)
    {
        using Scalar own = double.PositiveInfinity;
        Tensor distances = (rows.unsqueeze(1) - rows.unsqueeze(0)).abs().amax([2]);
        return distances.masked_fill_(eye(rows.shape[0], dtype: ScalarType.Bool), own);
    }
}
