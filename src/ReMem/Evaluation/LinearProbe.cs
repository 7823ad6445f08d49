using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Evaluation;

/// <summary>
/// A linear classifier on frozen features: multinomial logistic regression on standardised features, whose penalty is chosen on validation.
/// What it reaches says how far a pretrained model is from a data set without any fine-tuning.
/// </summary>
internal static class LinearProbe
{
    /// <summary>Weights of half the squared norm of the weights, per image; the largest first.</summary>
    private static readonly double[] Penalties = [1, 0.1, 0.01, 1e-3, 1e-4];

    /// <summary>Steps of L-BFGS for each penalty; it starts where the larger one ended.</summary>
    private const int Steps = 60;

    private const int History = 10;

    /// <summary>Fits on training features and answers for two other splits; the caller disposes the logits.</summary>
    /// <param name="train">Features and labels.</param>
    /// <param name="validation">Chooses the penalty by its cross-entropy.</param>
    /// <param name="test">Is scored.</param>
    /// <param name="classes">Number of classes.</param>
    /// <returns>Logits float64 [N, C] of validation and test, and the penalty.</returns>
    public static (Tensor Validation, Tensor Test, double Penalty) Fit(
        ModelOutputs train, ModelOutputs validation, ModelOutputs test, int classes)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar smallest = 1e-6;
        Tensor features = train.Features.to(ScalarType.Float64);
        Tensor mean = features.mean([0L], keepdim: true);
        Tensor scale = features.std(0, keepdim: true).clamp_min(smallest);
        Tensor Standard(Tensor x) => (x.to(ScalarType.Float64) - mean) / scale;
        (Tensor x, Tensor held, Tensor last) = (Standard(features), Standard(validation.Features), Standard(test.Features));
        Tensor parameters = zeros([x.shape[1] + 1, classes], ScalarType.Float64);
        (Tensor Parameters, double Loss, double Penalty)? best = null;
        foreach (double penalty in Penalties)
        {
            parameters = Minimise(x, train.Labels, parameters, penalty);
            double loss = nn.functional.cross_entropy(Logits(held, parameters), validation.Labels).item<double>();
            if (best is null || loss < best.Value.Loss)
                best = (parameters, loss, penalty);
        }

        (Tensor chosen, _, double with) = best!.Value;
        return (Logits(held, chosen).DetachFromDisposeScope(), Logits(last, chosen).DetachFromDisposeScope(), with);
    }

    /// <summary>The logits of standardised features, [N, C].</summary>
    private static Tensor Logits(Tensor x, Tensor parameters)
    {
        long width = x.shape[1];
        return x.mm(parameters.narrow(0, 0, width)).Plus(parameters.narrow(0, width, 1));
    }

    /// <summary>
    /// Minimises the mean cross-entropy plus half the penalty times the weights' squared norm, by L-BFGS with backtracking.
    /// </summary>
    /// <param name="x">[N, D].</param>
    /// <param name="labels">int64 [N].</param>
    /// <param name="start">[D + 1, C]: weights, and the biases as the last row, which are not penalised.</param>
    /// <param name="penalty">0 or more.</param>
    internal static Tensor Minimise(Tensor x, Tensor labels, Tensor start, double penalty)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        using Scalar weight = penalty, half = penalty / 2, share = 1.0 / x.shape[0];
        long width = x.shape[1];
        Tensor targets = nn.functional.one_hot(labels, start.shape[1]).to(ScalarType.Float64);

        (double Loss, Tensor Gradient) At(Tensor parameters)
        {
            Tensor log = Logits(x, parameters).log_softmax(1), weights = parameters.narrow(0, 0, width);
            double loss = -(log.mul(targets).sum().item<double>() / x.shape[0])
                + (weights.mul(weights).sum().mul(half).item<double>());
            Tensor error = (log.exp() - targets) * share;
            Tensor gradient = cat([x.t().mm(error).Plus(weights * weight), error.sum(0, keepdim: true)]);
            return (loss, gradient);
        }

        Tensor point = start.clone();
        (double value, Tensor slope) = At(point);
        var moves = new List<(Tensor Move, Tensor Change, double Inverse)>();
        for (int step = 0; step < Steps; step++)
        {
            Tensor direction = Direction(slope, moves);
            double along = Dot(direction, slope), length = 1;
            if (along > -1e-14)
                break;
            (Tensor Point, double Value, Tensor Slope)? next = null;
            for (int cut = 0; cut < 30 && next is null; cut++, length /= 2)
            {
                using Scalar by = length;
                Tensor trial = point.Plus(direction * by);
                (double there, Tensor gradient) = At(trial);
                if (there <= value + (1e-4 * length * along))
                    next = (trial, there, gradient);
            }

            if (next is not { } found)
                break;
            (Tensor move, Tensor change) = (found.Point - point, found.Slope - slope);
            double curvature = Dot(move, change);
            if (curvature > 1e-18)
                moves.Add((move, change, 1 / curvature));
            if (moves.Count > History)
                moves.RemoveAt(0);
            (point, value, slope) = found;
        }

        return point.MoveToOuterDisposeScope();
    }

    private static double Dot(Tensor a, Tensor b) => a.mul(b).sum().item<double>();

    /// <summary>Minus the inverse Hessian, as the last moves tell it, times the gradient (Nocedal's two loops).</summary>
    private static Tensor Direction(Tensor slope, List<(Tensor Move, Tensor Change, double Inverse)> moves)
    {
        Tensor result = slope.neg();
        double[] shares = new double[moves.Count];
        for (int i = moves.Count - 1; i >= 0; i--)
        {
            shares[i] = moves[i].Inverse * Dot(moves[i].Move, result);
            using Scalar by = shares[i];
            result = result - (moves[i].Change * by);
        }

        if (moves.Count > 0)
        {
            (Tensor _, Tensor change, double inverse) = moves[^1];
            using Scalar scale = 1 / (inverse * Dot(change, change));
            result = result * scale;
        }

        for (int i = 0; i < moves.Count; i++)
        {
            using Scalar by = shares[i] - (moves[i].Inverse * Dot(moves[i].Change, result));
            result = result.Plus(moves[i].Move * by);
        }

        return result;
    }
}
