using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>Pooling by attention of a learned query (Zhai 2022; SigLIP, Zhai 2023), as timm's <c>AttentionPoolLatent</c>.</summary>
internal sealed class AttentionPool : nn.Module<Tensor, Tensor>
{
    private readonly int _heads;
    private readonly Parameter latent;
    private readonly Linear q;
    private readonly Linear kv;
    private readonly Linear proj;
    private readonly LayerNorm norm;
    private readonly TransformerMlp.Mlp mlp;

    public AttentionPool(int width, int heads, int hidden, GeluKind activation, double normEpsilon)
        : base(nameof(AttentionPool))
    {
        _heads = heads;
        latent = new Parameter(zeros(1, 1, width));
        q = nn.Linear(width, width);
        kv = nn.Linear(width, 2L * width);
        proj = nn.Linear(width, width);
        norm = nn.LayerNorm(width, normEpsilon);
        mlp = new TransformerMlp.Mlp(width, hidden, activation);
        RegisterComponents();
    }

    /// <summary>Tokens [B, N, C] to [B, C].</summary>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        (long batch, long tokens, long width) = (x.shape[0], x.shape[1], x.shape[2]);
        Tensor query = q.call(latent).view(1, 1, _heads, width / _heads).transpose(1, 2).expand(batch, -1, -1, -1);
        Tensor keys = kv.call(x).view(batch, tokens, 2, _heads, width / _heads).permute(2, 0, 3, 1, 4);
        Tensor mixed = nn.functional.scaled_dot_product_attention(query, keys[0], keys[1]);
        Tensor pooled = proj.call(mixed.transpose(1, 2).reshape(batch, width));
        return pooled.Plus(mlp.call(norm.call(pooled))).MoveToOuterDisposeScope();
    }

    /// <summary>timm's initialisation of the query; the layers are initialised with the rest of the model.</summary>
    public void InitialiseQuery() => nn.init.normal_(latent, std: 1 / Math.Sqrt(latent.shape[2]));
}
