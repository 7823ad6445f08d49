using System.Globalization;
using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Teachers;

/// <summary>
/// Chooses the scales of every block. That the top MLP blocks lose most of the information is the paper's (arXiv 2506.23041); the choice of scales is ours,
/// as are the controls that scale attention in the MLPs' place. See docs/method.md.
/// </summary>
internal abstract partial record ReweightingPolicy
{
    private const string Where = "teacher.reweighting";
    private const double Largest = 2;

    // The name of each policy and what stands in its brackets.
    private static readonly Dictionary<string, string[]> Forms = new(StringComparer.Ordinal)
    {
        ["none"] = [],
        ["top"] = ["k", "b"],
        ["ramp"] = ["b"],
        ["balanced"] = ["b"],
        ["attention_top"] = ["k", "a"],
        ["attention_ramp"] = ["a"],
        ["auto"] = [],
    };

    private ReweightingPolicy()
    {
    }

    /// <summary>Reads "none", "top(k,b)", "ramp(b)", "balanced(b)", "attention_top(k,a)", "attention_ramp(a)" or "auto", such as "top(4,0.5)".</summary>
    /// <exception cref="InputException">Unknown policy, a count that is no number, or a scale outside [0, 2].</exception>
    public static ReweightingPolicy Parse(string text)
    {
        CallForm form = CallForm.TryRead(text) ?? throw Unreadable(text);
        if (!Forms.TryGetValue(form.Name, out string[]? expected))
            throw Nearest.Unknown("reweighting policy", form.Name, Forms.Keys, Where);
        IReadOnlyList<string> given = form.Arguments;
        if (given.Count != expected.Length)
            throw Unreadable(text);
        double Scale() => form.Number(given.Count - 1, expected[^1], 0, Largest, Where, "0 leaves the branch out, 1 is the plain model; for example top(4,0.5).");
        return form.Name switch
        {
            "none" => new None(),
            "top" => new Top(Count(given[0], text), Scale()),
            "ramp" => new Ramp(Scale()),
            "balanced" => new Balanced(Scale()),
            "attention_top" => new AttentionTop(Count(given[0], text), Scale()),
            "attention_ramp" => new AttentionRamp(Scale()),
            _ => new Auto(),
        };
    }

    /// <summary>The scales of every block of a ViT of that depth, bottom first.</summary>
    /// <exception cref="InputException">The policy does not fit the depth, or is <see cref="Auto"/>, which is chosen from measurements first.</exception>
    public abstract IReadOnlyList<BlockScales> Scales(int depth);

    /// <summary>Sets the scales on a model.</summary>
    /// <exception cref="InputException">The model has no blocks to reweight, or too few.</exception>
    public void Apply(ImageModel model)
    {
        if (this is None)
            return;
        TransformerModel transformer = model as TransformerModel ?? throw NoBlocks(model.Info.Name);
        IReadOnlyList<BlockScales> scales = Scales(transformer.Blocks.Count);
        for (int i = 0; i < scales.Count; i++)
            (transformer.Blocks[i].AttentionScale, transformer.Blocks[i].MlpScale) = (scales[i].Attention, scales[i].Mlp);
    }

    /// <summary>Tells of a model without blocks.</summary>
    internal static InputException NoBlocks(string model) =>
        new($"The model '{model}' has no MLP blocks to reweight.", Where, "Choose a ViT as the teacher, or the policy none.");

    private static InputException Unreadable(string text)
    {
        IEnumerable<string> forms = Forms.Select(f => f.Value.Length == 0 ? f.Key : $"{f.Key}({string.Join(',', f.Value)})");
        return new($"The reweighting policy '{text}' cannot be read.", Where, $"Write one of: {string.Join(", ", forms)}; for example top(4,0.5).");
    }

    private static int Count(string text, string policy) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int k) && k >= 1
            ? k
            : throw new InputException($"In the policy '{policy}', k is '{text}'; it must be a whole number of 1 or more.", Where, "For example top(4,0.5).");

    /// <summary>A scale on the top k blocks, 1 below.</summary>
    private IEnumerable<double> OnTop(int depth, int k, double scale) => k <= depth
        ? Enumerable.Range(0, depth).Select(i => i >= depth - k ? scale : 1)
        : throw new InputException($"The policy {this} reweights {k} blocks, but the model has {depth}.", Where, $"Choose k of {depth} or less.");

    /// <summary>Linear from 1 at the first block to a scale at the last.</summary>
    private static IEnumerable<double> Linear(int depth, double scale) =>
        Enumerable.Range(0, depth).Select(i => depth == 1 ? scale : 1 + ((scale - 1) * i / (depth - 1)));

    private static IReadOnlyList<BlockScales> Mlps(IEnumerable<double> scales) => [.. scales.Select(b => new BlockScales(1, b))];

    private static IReadOnlyList<BlockScales> Attentions(IEnumerable<double> scales) => [.. scales.Select(a => new BlockScales(a, 1))];
}
