using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

/// <summary>Compares a loss's gradient with central differences of the loss itself.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-6;

    /// <summary>Every entry of the gradient with regard to a float64 tensor.</summary>
    public static void AssertGradient(Func<Tensor, Tensor> loss, Tensor at, double tolerance = 1e-7)
    {
        Tensor leaf = at.detach().clone().requires_grad_();
        loss(leaf).backward();
        double[] found = leaf.grad!.contiguous().data<double>().ToArray();
        double[] values = at.detach().contiguous().data<double>().ToArray();
        using var guard = no_grad();
        for (int i = 0; i < values.Length; i++)
        {
            double Moved(double by)
            {
                double[] moved = [.. values];
                moved[i] += by;
                return loss(tensor(moved).view(at.shape)).item<double>();
            }

            Assert.Equal((Moved(Step) - Moved(-Step)) / (2 * Step), found[i], tolerance);
        }
    }
}
