using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// BEiT (Bao 2022) and BEiT v2 (Peng 2022), as timm's <c>Beit</c>: learned biases of relative positions in every block's attention.
/// </summary>
internal sealed class Beit : TransformerModel
{
    private readonly ConstantTensor _index;

    /// <summary>Builds the model, initialised as timm does.</summary>
    /// <param name="info">The catalogue's entry.</param>
    /// <param name="options">Classes, image size, pooling, stochastic depth.</param>
    /// <param name="shape">The architecture's numbers.</param>
    /// <exception cref="InputException">The image size is not a multiple of the patch, or the pooling does not fit the tokens.</exception>
    public Beit(ModelInfo info, ModelOptions options, BeitShape shape)
        : base(info, options, shape)
    {
        _index = new ConstantTensor(tensor(RelativePositions(Grid)));
        Assemble(dropPath => new BeitBlock(shape, Grid, _index, dropPath));
        using var guard = no_grad();
        InitialiseDeep();
    }

    /// <summary>The row of the bias table for every pair of tokens, int64 [N * N].</summary>
    internal Tensor RelativePositionIndex => _index.Exact;

    /// <summary>
    /// Rows of the bias table of a grid: the offsets of two patches, then class token to patch, patch to class token,
    /// class token to itself.
    /// </summary>
    internal static int TableRows(int grid) => (((2 * grid) - 1) * ((2 * grid) - 1)) + 3;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _index.Dispose();
        base.Dispose(disposing);
    }

    private static long[] RelativePositions(int grid)
    {
        int tokens = 1 + (grid * grid);
        int rows = TableRows(grid);
        int span = (2 * grid) - 1;
        var index = new long[tokens * tokens];
        for (int query = 0; query < tokens; query++)
        {
            for (int key = 0; key < tokens; key++)
            {
                index[(query * tokens) + key] = (query, key) switch
                {
                    (0, 0) => rows - 1,
                    (_, 0) => rows - 2,
                    (0, _) => rows - 3,
                    _ => ((((query - 1) / grid) - ((key - 1) / grid) + grid - 1) * span) + ((query - 1) % grid) - ((key - 1) % grid) + grid
                        - 1,
                };
            }
        }

        return index;
    }
}

/// <summary>The numbers that make a BEiT.</summary>
/// <inheritdoc/>
internal sealed record BeitShape(int PatchSize, int Width, int Depth, int Heads) : TransformerShape(PatchSize, Width, Depth, Heads)
{
    /// <inheritdoc/>
    public override TransformerModel Build(ModelInfo info, ModelOptions options) => new Beit(info, options, this);
}

/// <summary>One pre-norm block: h + a gamma_1 MSA(LN h), then h + b gamma_2 MLP(LN h), with biases of relative positions in MSA.</summary>
internal sealed class BeitBlock : TransformerBlock
{
    private readonly Parameter gamma_1;
    private readonly Parameter gamma_2;
    private readonly LayerNorm norm1;
    private readonly Attention attn;
    private readonly LayerNorm norm2;
    private readonly nn.Module<Tensor, Tensor> mlp;

    internal BeitBlock(BeitShape shape, int grid, ConstantTensor index, double dropPath)
        : base(nameof(BeitBlock), dropPath)
    {
        gamma_1 = new Parameter(TensorMath.Repeated(shape.LayerScale ?? 1, shape.Width));
        gamma_2 = new Parameter(TensorMath.Repeated(shape.LayerScale ?? 1, shape.Width));
        norm1 = nn.LayerNorm(shape.Width, shape.NormEpsilon);
        attn = new Attention(shape, grid, index);
        norm2 = nn.LayerNorm(shape.Width, shape.NormEpsilon);
        mlp = TransformerMlp.Of(shape.Mlp, shape.Width, shape.HiddenWidth, shape.Activation, shape.NormEpsilon);
        RegisterComponents();
    }

    private protected override Tensor AttentionBranch(Tensor x) => attn.call(norm1.call(x)) * gamma_1;

    private protected override Tensor MlpBranch(Tensor x) => mlp.call(norm2.call(x)) * gamma_2;

    private sealed class Attention : AttentionLayer
    {
        private readonly int _heads;
        private readonly ConstantTensor _index;
        private readonly Parameter? q_bias;
        private readonly Parameter? v_bias;
        private readonly Parameter relative_position_bias_table;
        private readonly Linear qkv;
        private readonly Linear proj;

        public Attention(BeitShape shape, int grid, ConstantTensor index)
            : base(nameof(Attention))
        {
            (_heads, _index) = (shape.Heads, index);
            if (shape.QkvBias)
            {
                q_bias = new Parameter(zeros(shape.Width));
                v_bias = new Parameter(zeros(shape.Width));
            }

            relative_position_bias_table = new Parameter(zeros(Beit.TableRows(grid), shape.Heads));
            qkv = nn.Linear(shape.Width, 3L * shape.Width, hasBias: false);
            proj = nn.Linear(shape.Width, shape.Width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            (long batch, long tokens, long width) = (x.shape[0], x.shape[1], x.shape[2]);
            Tensor projected = q_bias is null
                ? qkv.Project(x)
                : LinearProduct.Of(x, qkv.weight!, cat([q_bias, zeros_like(q_bias), v_bias!]));
            Tensor heads = projected.view(batch, tokens, 3, _heads, width / _heads).permute(2, 0, 3, 1, 4);
            Tensor bias = relative_position_bias_table.index_select(0, _index.On(x.device, ScalarType.Int64));
            bias = bias.view(1, tokens, tokens, _heads).permute(0, 3, 1, 2).contiguous();
            Tensor mixed = Attend(heads[0], heads[1], heads[2], bias);
            return proj.Project(mixed.transpose(1, 2).reshape(batch, tokens, width)).MoveToOuterDisposeScope();
        }
    }
}
