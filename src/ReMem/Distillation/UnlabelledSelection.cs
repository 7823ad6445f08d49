using ReMem.Evaluation;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>Leaves out unlabelled images that are unlike the labelled ones, by what a teacher says of them.</summary>
internal sealed class UnlabelledSelection : ISettingText
{
    /// <summary>Leaves out none.</summary>
    public const string All = "all";

    private const string Confident = "confidence";

    private static readonly CallReader<(string Name, double Value)> Reader = new(
        "selection of unlabelled images",
        "confidence(0.5)",
        new(All, "every one", [], _ => (All, 0)),
        new(Confident, "those to whose class the teacher gives at least this probability, 0 to 1", [new CallArgument("probability", 0, 1)],
            n => (Confident, n[0])),
        new("nearest", "this share of them, 0 to 1: those whose pooled features have the smallest angle to the mean of a class",
            [new CallArgument("share", 0, 1)], n => ("nearest", n[0])));

    private UnlabelledSelection()
    {
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => Reader.Forms;

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Reader.Read(text, where);

    /// <summary>The indices of the images that are used.</summary>
    /// <param name="text">The form.</param>
    /// <param name="images">What the teacher says of the unlabelled images.</param>
    /// <param name="labelled">What it says of the labelled ones, with their labels; asked only where it is needed.</param>
    /// <exception cref="InputException">The form cannot be read, or no image is left.</exception>
    public static int[] Of(string text, ModelOutputs images, Func<ModelOutputs> labelled)
    {
        const string Where = "data.unlabelled_keep";
        (string name, double value) = Reader.Read(text, Where);
        int count = (int)images.Logits.shape[0];
        if (name == All)
            return [.. Enumerable.Range(0, count)];
        using DisposeScope scope = NewDisposeScope();
        int[] kept;
        if (name == Confident)
        {
            float[] confidences = images.Logits.softmax(1).amax([1]).data<float>().ToArray();
            kept = [.. Enumerable.Range(0, count).Where(i => confidences[i] >= value)];
        }
        else
        {
            using ModelOutputs known = labelled();
            float[] likeness = Likeness(images.Features, known.Features, known.Labels).data<float>().ToArray();
            kept = [.. Enumerable.Range(0, count).OrderByDescending(i => likeness[i]).Take((int)Math.Round(value * count)).Order()];
        }

        return kept.Length > 0 ? kept : throw new InputException(
            $"'{text}' leaves none of the {count} unlabelled images.", Where, "Lower the probability, or raise the share.");
    }

    /// <summary>The cosine of the angle between each feature and the nearest mean of a class, [N].</summary>
    private static Tensor Likeness(Tensor features, Tensor labelled, Tensor labels)
    {
        Tensor Unit(Tensor rows) => nn.functional.normalize(rows, dim: 1);
        using Scalar one = 1;
        long classes = labels.max().item<long>() + 1;
        Tensor sums = zeros(classes, labelled.shape[1]).index_add_(0, labels, Unit(labelled), one);
        return Unit(features).mm(Unit(sums).t()).amax([1]);
    }
}
