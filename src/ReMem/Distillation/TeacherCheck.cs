using System.Globalization;
using ReMem.Data;
using ReMem.Evaluation;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>Whether a teacher knows its classes at all, and if not, what is likely wrong with it.</summary>
internal static class TeacherCheck
{
    /// <summary>Standard deviations above chance from where on a score is none.</summary>
    private const double Clear = 3;

    /// <summary>
    /// A warning for a teacher that is no better than chance on validation images, with the likely cause; null where it is better.
    /// </summary>
    /// <param name="teacher">In any mode, which is restored.</param>
    /// <param name="validation">Evaluation views; some hundred images are enough.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static string? Warning(ImageModel teacher, BatchLoader validation, CancellationToken cancellationToken = default)
    {
        using ModelOutputs outputs = Evaluator.Run(teacher, validation, cancellationToken);
        return Warning(teacher, () => validation, outputs, cancellationToken);
    }

    /// <summary>The same of a teacher whose answers are known.</summary>
    /// <param name="teacher">In any mode, which is restored.</param>
    /// <param name="validation">Makes the evaluation views, where it does no better than chance and is shown them otherwise.</param>
    /// <param name="outputs">What it answers on them; not disposed.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static string? Warning(ImageModel teacher, Func<BatchLoader> validation, ModelOutputs outputs,
        CancellationToken cancellationToken = default)
    {
        double chance = Chance(outputs.Labels), top1 = outputs.Top1();
        double clear = chance + (Clear * Math.Sqrt(chance * (1 - chance) / outputs.Labels.shape[0]));
        if (top1 > clear)
            return null;
        string what = FormattableString.Invariant(
            $"the teacher's top-1 on validation is {100 * top1:0.0} %, no better than chance ({100 * chance:0.0} %): ");
        foreach (Normalization other in new[] { Normalization.ImageNet, Normalization.Half, Normalization.Clip })
        {
            using ModelOutputs tried = Evaluator.Run(teacher, validation(), cancellationToken, other);
            if (tried.Top1() is var better && better > clear && better > 2 * top1)
            {
                return what + string.Create(
                    CultureInfo.InvariantCulture,
                    $"likely its normalisation is wrong, since with mean {string.Join(' ', other.Mean)} and std "
                        + $"{string.Join(' ', other.Std)} it reaches {100 * better:0.0} % (pretrained_cfg of its config.json)");
            }
        }

        double centroids = ByCentroids(outputs);
        return what + (centroids > clear && centroids > 2 * top1
            ? string.Create(CultureInfo.InvariantCulture,
                $"likely its head is not trained on these classes, or has them in another order, since its features alone separate "
                    + $"{100 * centroids:0.0} % of the images apart")
            : $"likely its weights are not those that were trained for this data, or not for images of {teacher.ImageSize} px; "
                + "another normalisation does not help, and its features are no better than its head");
    }

    /// <summary>The share of the largest class, which a constant answer reaches.</summary>
    private static double Chance(Tensor labels)
    {
        long[] all = labels.data<long>().ToArray();
        return all.CountBy(l => l).Max(c => c.Value) / (double)all.Length;
    }

    /// <summary>
    /// Top-1 of the nearest class mean of the features; means are taken over every other image, and the rest are classified.
    /// </summary>
    private static double ByCentroids(ModelOutputs outputs)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] labels = outputs.Labels.data<long>().ToArray();
        // Every other image of each class, since splits are in the order of classes.
        var seen = new Dictionary<long, int>();
        bool[] known = [.. labels.Select(l => (seen[l] = seen.GetValueOrDefault(l) + 1) % 2 == 1)];
        Tensor features = nn.functional.normalize(outputs.Features.sub(outputs.Features.mean([0], keepdim: true)), p: 2, dim: 1);
        long[] classes = [.. labels.Where((_, i) => known[i]).Distinct()];
        Tensor means = stack([.. classes.Select(c => features[Rows(i => known[i] && labels[i] == c)].mean([0]))]);
        long[] asked = [.. Enumerable.Range(0, labels.Length).Where(i => !known[i]).Select(i => (long)i)];
        if (asked.Length == 0)
            return 0;
        long[] nearest = features[tensor(asked)].matmul(means.transpose(0, 1)).argmax(1).data<long>().ToArray();
        return asked.Zip(nearest).Count(p => labels[p.First] == classes[p.Second]) / (double)asked.Length;

        Tensor Rows(Func<int, bool> which) => tensor(Enumerable.Range(0, labels.Length).Where(which).Select(i => (long)i).ToArray());
    }
}
