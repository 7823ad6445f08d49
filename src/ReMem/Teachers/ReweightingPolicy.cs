using System.Globalization;
using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Teachers;

/// <summary>
/// Chooses how much of each MLP block's output enters the residual stream: h + b_l MLP(LN h). The choice of b is ours; that the top MLP
/// blocks lose most of the information is the paper's (arXiv 2506.23041). See docs/method.md.
/// </summary>
public abstract record ReweightingPolicy
{
    private static readonly string[] Forms = ["none", "top(k,b)", "ramp(b)"];

    private ReweightingPolicy()
    {
    }

    /// <summary>Reads "none", "top(k,b)" or "ramp(b)", such as "top(4,0.5)".</summary>
    /// <exception cref="InputException">Unknown policy, a count that is no number, or b outside [0, 2].</exception>
    public static ReweightingPolicy Parse(string text)
    {
        CallForm form = CallForm.TryRead(text) ?? throw Unreadable(text);
        return (form.Name, form.Arguments.Count) switch
        {
            ("none", 0) => new None(),
            ("top", 2) => new Top(Count(form.Arguments[0], text), Scale(form.Arguments[1], text)),
            ("ramp", 1) => new Ramp(Scale(form.Arguments[0], text)),
            ("none" or "top" or "ramp", _) => throw Unreadable(text),
            _ => throw Nearest.Unknown("reweighting policy", form.Name, ["none", "top", "ramp"], "teacher.reweighting"),
        };
    }

    /// <summary>b_l for every block of a ViT of that depth, bottom first.</summary>
    /// <exception cref="InputException">The policy does not fit the depth.</exception>
    public abstract IReadOnlyList<double> Scales(int depth);

    /// <summary>Sets the scales on a model.</summary>
    /// <exception cref="InputException">The model has no MLP blocks to reweight, or too few.</exception>
    public void Apply(ImageModel model)
    {
        if (this is None)
            return;
        if (model is not TransformerModel transformer)
            throw new InputException($"The model '{model.Info.Name}' has no MLP blocks to reweight.", "teacher.reweighting", "Choose a ViT as the teacher, or the policy none.");
        IReadOnlyList<double> scales = Scales(transformer.Blocks.Count);
        for (int i = 0; i < scales.Count; i++)
            transformer.Blocks[i].MlpScale = scales[i];
    }

    private static InputException Unreadable(string text) =>
        new($"The reweighting policy '{text}' cannot be read.", "teacher.reweighting", $"Write one of: {string.Join(", ", Forms)}; for example top(4,0.5).");

    private static int Count(string text, string policy) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int k) && k >= 1
            ? k
            : throw new InputException($"In the policy '{policy}', k is '{text}'; it must be a whole number of 1 or more.", "teacher.reweighting", "For example top(4,0.5).");

    private static double Scale(string text, string policy) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double b) && b is >= 0 and <= 2
            ? b
            : throw new InputException($"In the policy '{policy}', b is '{text}'; it must be between 0 and 2.", "teacher.reweighting", "0 leaves the MLP out, 1 is the plain model; for example top(4,0.5).");

    /// <summary>b = 1 everywhere.</summary>
    public sealed record None : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<double> Scales(int depth) => [.. Enumerable.Repeat(1.0, depth)];

        /// <inheritdoc/>
        public override string ToString() => "none";
    }

    /// <summary>b on the top k blocks, 1 below.</summary>
    /// <param name="K">How many blocks, from the top.</param>
    /// <param name="B">Their scale.</param>
    public sealed record Top(int K, double B) : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<double> Scales(int depth) => K <= depth
            ? [.. Enumerable.Range(0, depth).Select(i => i >= depth - K ? B : 1)]
            : throw new InputException($"The policy {this} reweights {K} blocks, but the model has {depth}.", "teacher.reweighting", $"Choose k of {depth} or less.");

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"top({K},{B})");
    }

    /// <summary>Linear from 1 at the first block to b at the last.</summary>
    /// <param name="B">The last block's scale.</param>
    public sealed record Ramp(double B) : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<double> Scales(int depth) =>
            [.. Enumerable.Range(0, depth).Select(i => depth == 1 ? B : 1 + ((B - 1) * i / (depth - 1)))];

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"ramp({B})");
    }
}
