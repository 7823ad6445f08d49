using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>Losses between a student's and a teacher's logits [B, C]. Each returns a scalar, the mean over the batch.</summary>
internal static class DistillationLoss
{
    /// <summary>Keeps a quotient finite where a row is constant, as the papers' code does.</summary>
    private const double RowEpsilon = 1e-7;
    private const double PearsonEpsilon = 1e-8;

    /// <summary>The value that excludes a class from a softmax.</summary>
    private const double Masked = 1000;

    /// <summary>
    /// KL(softmax(t / T) || softmax(s / T)) T^2 (Hinton 2015). T^2 keeps the gradient's size as T grows.
    /// </summary>
    public static Tensor KullbackLeibler(Tensor student, Tensor teacher, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar soften = temperature, size = temperature * temperature;
        return (Divergence(student / soften, teacher / soften) * size).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Cross-entropy with the teacher's most likely class (hard-label distillation; DeiT, Touvron 2021),
    /// which has no temperature and is not smoothed.
    /// </summary>
    public static Tensor Hard(Tensor student, Tensor teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.cross_entropy(student, teacher.argmax(1)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Rows with mean 0 and deviation 1 (Sun 2024, logit standardisation): the student need not copy the teacher's scale.
    /// </summary>
    /// <param name="logits">[B, C] with two classes or more.</param>
    public static Tensor Standardize(Tensor logits)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar epsilon = RowEpsilon;
        Tensor deviation = logits.std(1, unbiased: true, keepdim: true).Plus(epsilon);
        return ((logits - logits.mean([1], keepdim: true)) / deviation).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Decoupled knowledge distillation (DKD, Zhao 2022): alpha times the divergence of "the label or not", plus beta times that among the
    /// other classes, both times T^2. In plain KL the second is weighted down by the teacher's own confidence.
    /// </summary>
    /// <param name="student">Logits [B, C].</param>
    /// <param name="teacher">Logits [B, C].</param>
    /// <param name="labels">int64 [B].</param>
    /// <param name="temperature">T.</param>
    /// <param name="alpha">Weight of the label's part; the paper's is 1.</param>
    /// <param name="beta">Weight of the other classes' part; the paper's is 1 to 8.</param>
    public static Tensor Decoupled(Tensor student, Tensor teacher, Tensor labels, double temperature, double alpha, double beta)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar soften = temperature, masked = Masked, first = alpha * temperature * temperature,
            second = beta * temperature * temperature;
        Tensor target = nn.functional.one_hot(labels, student.shape[1]).to(student.dtype) * masked;
        (Tensor s, Tensor t) = (student / soften, teacher / soften);
        Tensor Split(Tensor logits)
        {
            Tensor log = nn.functional.log_softmax(logits, dim: 1);
            return cat([log.gather(1, labels.unsqueeze(1)), (log - target).logsumexp(1, keepdim: true)], 1);
        }

        Tensor labelled = Divergence(Split(s), Split(t)) * first;
        return labelled.Plus(Divergence(s - target, t - target) * second).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// DIST (Huang 2022): beta (1 - r over the classes per image) + gamma (1 - r over the images per class), times T^2, with Pearson's r
    /// between the softened probabilities. The order of a strong teacher's outputs matters, not their exact values.
    /// </summary>
    public static Tensor Correlation(Tensor student, Tensor teacher, double temperature, double beta, double gamma)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar soften = temperature, inter = beta * temperature * temperature, intra = gamma * temperature * temperature;
        Tensor s = nn.functional.softmax(student / soften, dim: 1), t = nn.functional.softmax(teacher / soften, dim: 1);
        Tensor classes = OneMinusPearson(s, t) * inter, images = OneMinusPearson(s.transpose(0, 1), t.transpose(0, 1)) * intra;
        return classes.Plus(images).MoveToOuterDisposeScope();
    }

    /// <summary>KL(softmax(t) || softmax(s)), mean over rows.</summary>
    private static Tensor Divergence(Tensor student, Tensor teacher)
    {
        Tensor log = nn.functional.log_softmax(student, dim: 1);
        Tensor target = nn.functional.log_softmax(teacher, dim: 1);
        return (target.exp() * (target - log)).sum(dim: 1).mean();
    }

    private static Tensor OneMinusPearson(Tensor a, Tensor b)
    {
        using Scalar epsilon = PearsonEpsilon, one = 1;
        (a, b) = (a - a.mean([1], keepdim: true), b - b.mean([1], keepdim: true));
        Tensor length = (a.Squared().sum(dim: 1).sqrt() * b.Squared().sum(dim: 1).sqrt()).Plus(epsilon);
        return ((a * b).sum(dim: 1) / length).mean().neg().Plus(one);
    }
}
