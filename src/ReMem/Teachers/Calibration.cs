using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// Temperature scaling (Guo 2017): one number by which a model's logits are divided, so that its probabilities can be trusted.
/// </summary>
internal static class Calibration
{
    /// <summary>
    /// The smallest temperature that is used; the largest is its inverse. Where every answer is right, the best one is 0.
    /// </summary>
    private const double Min = 0.1;

    private const int Halvings = 60;

    private static readonly string[] Classifiers = ["head.", "head_dist."];

    /// <summary>
    /// The temperature that minimises the cross-entropy, 0.1 to 10. The cross-entropy is convex in its inverse s, with the derivative
    /// mean(sum of p z - z of the label), p the softmax of s z.
    /// </summary>
    /// <param name="logits">[N, C].</param>
    /// <param name="labels">int64 [N].</param>
    public static double Temperature(Tensor logits, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor z = logits.to(ScalarType.Float64);
        Tensor own = z.gather(1, labels.unsqueeze(1)).mean();
        double low = Min, high = 1 / Min;
        for (int i = 0; i < Halvings; i++)
        {
            using DisposeScope step = NewDisposeScope();
            double middle = Math.Sqrt(low * high);
            using Scalar inverse = middle;
            double slope = (z * inverse).softmax(1).mul(z).sum(1).mean().sub(own).item<double>();
            (low, high) = slope < 0 ? (middle, high) : (low, middle);
        }

        return 1 / Math.Sqrt(low * high);
    }

    /// <summary>Divides the logits of a transformer by a temperature: the weights and biases of its classifiers.</summary>
    public static void Apply(ImageModel model, double temperature)
    {
        using var guard = no_grad();
        using Scalar factor = 1 / temperature;
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in model.named_parameters())
        {
            if (Classifiers.Any(c => name.StartsWith(c, StringComparison.Ordinal)))
                parameter.mul_(factor);
        }
    }
}
