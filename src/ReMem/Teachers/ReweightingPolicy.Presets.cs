namespace ReMem.Teachers;

internal abstract partial record ReweightingPolicy
{
    /// <summary>1 everywhere: bit for bit the plain model.</summary>
    public sealed record None : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<BlockScales> Scales(int depth) => Mlps(Enumerable.Repeat(1.0, depth));

        /// <inheritdoc/>
        public override string ToString() => "none";
    }

    /// <summary>b on the top k MLPs, 1 below.</summary>
    /// <param name="K">Number of blocks, from the top.</param>
    /// <param name="B">Their scale.</param>
    public sealed record Top(int K, double B) : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<BlockScales> Scales(int depth) => Mlps(OnTop(depth, K, B));

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"top({K},{B})");
    }

    /// <summary>MLPs linear from 1 at the first block to b at the last.</summary>
    /// <param name="B">The last block's scale.</param>
    public sealed record Ramp(double B) : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<BlockScales> Scales(int depth) => Mlps(Linear(depth, B));

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"ramp({B})");
    }

    /// <summary>MLPs as <see cref="Ramp"/>, with the attention scaled up as the MLP is scaled down, a + b = 2.</summary>
    /// <param name="B">The last MLP's scale.</param>
    public sealed record Balanced(double B) : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<BlockScales> Scales(int depth) => [.. Linear(depth, B).Select(b => new BlockScales(2 - b, b))];

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"balanced({B})");
    }

    /// <summary>
    /// The control of <see cref="Top"/>: the same on attention, which should not help if it is the MLPs that lose information.
    /// </summary>
    /// <param name="K">Number of blocks, from the top.</param>
    /// <param name="A">Their scale.</param>
    public sealed record AttentionTop(int K, double A) : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<BlockScales> Scales(int depth) => Attentions(OnTop(depth, K, A));

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"attention_top({K},{A})");
    }

    /// <summary>The control of <see cref="Ramp"/>: the same on attention.</summary>
    /// <param name="A">The last block's scale.</param>
    public sealed record AttentionRamp(double A) : ReweightingPolicy
    {
        /// <inheritdoc/>
        public override IReadOnlyList<BlockScales> Scales(int depth) => Attentions(Linear(depth, A));

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"attention_ramp({A})");
    }

    /// <summary>One of a few policies, chosen by information and accuracy after short fine-tunings, as recipes do.</summary>
    public sealed record Auto : ReweightingPolicy
    {
        /// <summary>
        /// The candidates for a model of that depth: none, the top third of the MLPs at 0.5 and at 0, a ramp, a balanced ramp.
        /// </summary>
        public static IReadOnlyList<ReweightingPolicy> Candidates(int depth)
        {
            int third = Math.Max(1, (int)Math.Round(depth / 3.0));
            return [new None(), new Top(third, 0.5), new Top(third, 0), new Ramp(0.5), new Balanced(0.5)];
        }

        /// <inheritdoc/>
        public override IReadOnlyList<BlockScales> Scales(int depth) => throw new InputException(
            "The reweighting policy 'auto' has to be chosen from measurements before it can be applied.", Where,
            "Recipes and 'remem finetune' do so; or name a policy such as top(4,0.5).");

        /// <inheritdoc/>
        public override string ToString() => "auto";
    }
}
