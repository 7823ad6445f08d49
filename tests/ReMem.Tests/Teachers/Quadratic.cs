using ReMem.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

/// <summary>
/// Losses w'Aw/2 with diagonal A, whose gradients Aw are known everywhere. The expected values are computed here in plain arithmetic.
/// </summary>
internal sealed class Quadratic : IDisposable
{
    public static double[] Start { get; } = [1, -2, 0.5];

    public Quadratic()
    {
        Net = nn.Linear(Start.Length, 1, hasBias: false, dtype: ScalarType.Float64);
        Parameters = new ParameterSet(Net);
        Move(Start);
    }

    public Linear Net { get; }

    public ParameterSet Parameters { get; }

    public double[] Weights => Net.weight!.data<double>().ToArray();

    public double[] Gradient => Parameters.Gradients().data<double>().ToArray();

    public Func<Tensor> Loss(params double[] a) => () => (Net.weight!.square() * tensor(a)).sum() * 0.5;

    public void Move(double[] weights) => Parameters.SetValues(tensor(weights));

    /// <summary>Plain descent by what stands in <c>.grad</c>.</summary>
    public void Descend(double rate) => Move([.. Weights.Zip(Gradient, (w, g) => w - (rate * g))]);

    public static double[] Times(double[] a, double[] w) => [.. a.Zip(w, (x, y) => x * y)];

    public static double[] Add(double[] a, double[] b, double factor) => [.. a.Zip(b, (x, y) => x + (factor * y))];

    public static double Norm(double[] v) => Math.Sqrt(v.Sum(x => x * x));

    public static double Value(double[] a, double[] w) => 0.5 * a.Zip(w, (x, y) => x * y * y).Sum();

    /// <summary>A (w + rho Aw / ||Aw||).</summary>
    public static double[] Sharp(double[] a, double[] w, double rho)
    {
        double[] g = Times(a, w);
        return Times(a, Add(w, g, rho / Norm(g)));
    }

    public static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-9);
    }

    public void Dispose()
    {
        Parameters.Dispose();
        Net.Dispose();
    }
}
