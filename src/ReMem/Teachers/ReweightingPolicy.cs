using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Teachers;

/// <summary>
/// Chooses the scales of every block. That the top MLP blocks lose most of the information is the paper's (arXiv 2506.23041); the choice of
/// scales is ours, as are the controls that scale attention in the MLPs' place. See docs/method.md.
/// </summary>
internal abstract partial record ReweightingPolicy : ISettingText
{
    private const string Where = "teacher.reweighting";

    private static readonly CallReader<ReweightingPolicy> Reader = new(
        "reweighting policy",
        "top(4,0.5), where 0 leaves the branches out and 1 is the plain model",
        new("none", "1 everywhere: the plain model", [], _ => new None()),
        new("top", "b on the MLPs of the last k blocks, 1 below", [Blocks, Scale("b")], n => new Top((int)n[0], n[1])),
        new("ramp", "MLPs linear from 1 at the first block to b at the last", [Scale("b")], n => new Ramp(n[0])),
        new("balanced", "as ramp; what a block's MLP loses its attention gains", [Scale("b")], n => new Balanced(n[0])),
        new("attention_top", "the control of top: the same on attention", [Blocks, Scale("a")], n => new AttentionTop((int)n[0], n[1])),
        new("attention_ramp", "the control of ramp: the same on attention", [Scale("a")], n => new AttentionRamp(n[0])),
        new("auto", "the policy that short trials show to keep most", [], _ => new Auto()));

    private ReweightingPolicy()
    {
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => Reader.Forms;

    private static CallArgument Blocks => CallArgument.Count("k", 1, 10000);

    /// <summary>Reads one of <see cref="Forms"/>.</summary>
    /// <exception cref="InputException">Unknown policy, a count that is no number, or a scale outside [0, 2].</exception>
    public static ReweightingPolicy Parse(string text, string where = Where) => Reader.Read(text, where);

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Parse(text, where);

    /// <summary>The scales of every block of a ViT of that depth, bottom first.</summary>
    /// <exception cref="InputException">The policy does not fit the depth, or is <see cref="Auto"/>,
    /// which is chosen from measurements first.</exception>
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

    /// <summary>The error for a model without blocks.</summary>
    internal static InputException NoBlocks(string model) =>
        new($"The model '{model}' has no MLP blocks to reweight.", Where, "Choose a ViT as the teacher, or the policy none.");

    private static CallArgument Scale(string name) => new(name, 0, 2);

    /// <summary>A scale on the top k blocks, 1 below.</summary>
    private IEnumerable<double> OnTop(int depth, int k, double scale) => k <= depth
        ? Enumerable.Range(0, depth).Select(i => i >= depth - k ? scale : 1)
        : throw new InputException($"The policy {this} reweights {k} blocks, but the model has {depth}.", Where,
            $"Choose k of {depth} or less.");

    /// <summary>Linear from 1 at the first block to a scale at the last.</summary>
    private static IEnumerable<double> Linear(int depth, double scale) =>
        Enumerable.Range(0, depth).Select(i => depth == 1 ? scale : 1 + ((scale - 1) * i / (depth - 1)));

    private static IReadOnlyList<BlockScales> Mlps(IEnumerable<double> scales) => [.. scales.Select(b => new BlockScales(1, b))];

    private static IReadOnlyList<BlockScales> Attentions(IEnumerable<double> scales) => [.. scales.Select(a => new BlockScales(a, 1))];
}
