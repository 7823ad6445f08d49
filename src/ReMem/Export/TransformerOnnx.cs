using ReMem.Models;
using ReMem.Models.Layers;
using TorchSharp;

namespace ReMem.Export;

/// <summary>The common parts of the ONNX graphs of all transformers, whose branch scales are folded into the weights.</summary>
internal sealed class TransformerOnnx(OnnxGraph g, TransformerModel model)
{
    private readonly TransformerShape _shape = model.Shape;
    private readonly float _epsilon = (float)model.Shape.NormEpsilon;
    private readonly long _patches = (long)model.Grid * model.Grid;

    /// <summary>Tokens of one image.</summary>
    public long Tokens => model.TokenCount;

    /// <summary>The whole graph.</summary>
    /// <param name="input">Images.</param>
    /// <param name="attention">Emits the attention branch from normalised tokens and the name of the attention's module.</param>
    public string Emit(string input, Func<string, string, string> attention)
    {
        string h = Embed(input);
        for (int i = 0; i < _shape.Depth; i++)
        {
            string block = $"blocks.{i}";
            TransformerBlock made = model.Blocks[i];
            if (made.AttentionScale != 0)
                h = g.Node("Add", [h, Gain(attention(Norm(h, $"{block}.norm1"), $"{block}.attn"), block, 1)]);
            if (made.MlpScale != 0)
                h = g.Node("Add", [h, Gain(Mlp(Norm(h, $"{block}.norm2"), $"{block}.mlp", _shape.Mlp), block, 2)]);
        }

        return Head(_shape.NormAfterPooling ? h : Norm(h, "norm"));
    }

    /// <summary>Layer normalisation with the model's epsilon.</summary>
    public string Norm(string x, string layer) => g.LayerNorm(x, layer, _epsilon);

    /// <summary>[B, N, C] to heads [B, H, N, C / H].</summary>
    public string SplitHeads(string x, long tokens)
    {
        string heads = g.Node("Reshape", [x, g.Integers(0, tokens, _shape.Heads, _shape.Width / _shape.Heads)]);
        return g.Node("Transpose", [heads], ("perm", new long[] { 0, 2, 1, 3 }));
    }

    /// <summary>Splits a fused projection [B, N, parts * C] into its parts, heads [B, H, N, C / H] each.</summary>
    public string[] SplitParts(string x, int parts, long tokens)
    {
        string split = g.Node("Reshape", [x, g.Integers(0, tokens, parts, _shape.Heads, _shape.Width / _shape.Heads)]);
        split = g.Node("Transpose", [split], ("perm", new long[] { 2, 0, 3, 1, 4 }));
        return [.. Enumerable.Range(0, parts)
            .Select(i => g.Node("Squeeze", [g.Node("Gather", [split, g.Integers(i)], ("axis", 0L)), g.Integers(0)]))];
    }

    /// <summary>Scaled dot-product attention of heads [B, H, N, D] to [B, N, C].</summary>
    /// <param name="queries">[B, H, N, D], or [1, H, N, D] for all images.</param>
    /// <param name="keys">[B, H, M, D].</param>
    /// <param name="values">[B, H, M, D].</param>
    /// <param name="tokens">N.</param>
    /// <param name="bias">Added to the scores where given, [1, H, N, M].</param>
    public string Mix(string queries, string keys, string values, long tokens, string? bias = null)
    {
        float scale = (float)(1 / Math.Sqrt(_shape.Width / _shape.Heads));
        string turned = g.Node("Transpose", [keys], ("perm", new long[] { 0, 1, 3, 2 }));

        // Scaled before the product, which could overflow float16.
        string scores = g.Node("MatMul", [g.Node("Mul", [queries, g.Scalar(scale)]), turned]);
        if (bias is not null)
            scores = g.Node("Add", [scores, bias]);
        string mixed = g.Node("MatMul", [g.NodeInFloat32("Softmax", scores, ("axis", -1L)), values]);
        return g.Node("Reshape", [g.Node("Transpose", [mixed], ("perm", new long[] { 0, 2, 1, 3 })), g.Integers(0, tokens, _shape.Width)]);
    }

    /// <summary>A fused projection whose biases of queries and values are separate parameters, as in BEiT and EVA.</summary>
    public string ProjectWithoutKeyBias(string x, string layer)
    {
        string projected = g.Linear(x, $"{layer}.qkv");
        if (!g.Has($"{layer}.q_bias"))
            return projected;
        string none = g.Constant("key_bias", torch.zeros(_shape.Width));
        string bias = g.Node("Concat", [g.Parameter($"{layer}.q_bias"), none, g.Parameter($"{layer}.v_bias")], ("axis", 0L));
        return g.Node("Add", [projected, bias]);
    }

    private string Embed(string input)
    {
        string patches = g.Conv(input, "patch_embed.proj", stride: _shape.PatchSize);
        string h = g.Node("Transpose", [g.Node("Reshape", [patches, g.Integers(0, _shape.Width, -1)])], ("perm", new long[] { 0, 2, 1 }));
        bool before = _shape.AbsolutePositions && !_shape.PrefixPositions;
        if (before)
            h = g.Node("Add", [h, g.Parameter("pos_embed")]);
        string[] prefix = [.. new[] { "cls_token", "dist_token", "reg_token" }.Where(g.Has).Select(g.Parameter)];
        if (prefix.Length > 0)
        {
            string batch = g.Node("Slice", [g.Node("Shape", [h]), g.Integers(0), g.Integers(1)]);
            string token = prefix.Length == 1 ? prefix[0] : g.Node("Concat", prefix, ("axis", 1L));
            string sizes = g.Node("Concat", [batch, g.Integers(_shape.PrefixTokens, _shape.Width)], ("axis", 0L));
            h = g.Node("Concat", [g.Node("Expand", [token, sizes]), h], ("axis", 1L));
        }

        if (_shape.AbsolutePositions && !before)
            h = g.Node("Add", [h, g.Parameter("pos_embed")]);
        return _shape.PreNorm ? Norm(h, "norm_pre") : h;
    }

    private string Head(string tokens)
    {
        if (_shape.DistillationToken)
        {
            string Mean(string a, string b) => g.Node("Mul", [g.Node("Add", [a, b]), g.Scalar(0.5f)]);
            (string own, string distilled) = (Token(tokens, 0), Token(tokens, 1));
            g.Features = Mean(own, distilled);
            return Mean(g.Linear(own, "head"), g.Linear(distilled, "head_dist"));
        }

        string pooled = _shape.Pool switch
        {
            GlobalPool.Token => Token(tokens, 0),
            GlobalPool.Avg => g.Node("ReduceMean", [Patches(tokens), g.Integers(1)], ("keepdims", 0L)),
            _ => AttentionPool(Patches(tokens)),
        };
        return g.Classifier(_shape.NormAfterPooling ? Norm(pooled, "fc_norm") : pooled, "head");
    }

    private string Token(string tokens, long index) => g.Flatten(g.Node("Gather", [tokens, g.Integers(index)], ("axis", 1L)));

    private string Patches(string tokens) => _shape.PrefixTokens == 0
        ? tokens
        : g.Node("Slice", [tokens, g.Integers(_shape.PrefixTokens), g.Integers(_shape.PrefixTokens + _patches), g.Integers(1)]);

    private string AttentionPool(string patches)
    {
        string query = SplitHeads(g.Linear(g.Parameter("attn_pool.latent"), "attn_pool.q"), 1);
        string[] parts = SplitParts(g.Linear(patches, "attn_pool.kv"), 2, _patches);
        string pooled = g.Linear(g.Flatten(Mix(query, parts[0], parts[1], 1)), "attn_pool.proj");
        return g.Node("Add", [pooled, Mlp(Norm(pooled, "attn_pool.norm"), "attn_pool.mlp", MlpKind.Plain)]);
    }

    private string Gain(string x, string block, int branch)
    {
        string? gamma = new[] { $"{block}.ls{branch}.gamma", $"{block}.gamma_{branch}" }.FirstOrDefault(g.Has);
        return gamma is null ? x : g.Node("Mul", [x, g.Parameter(gamma)]);
    }

    private string Mlp(string x, string layer, MlpKind kind)
    {
        string hidden;
        if (kind == MlpKind.Plain)
        {
            hidden = Activate(g.Linear(x, $"{layer}.fc1"));
        }
        else
        {
            (string gate, string value) = kind == MlpKind.PackedSwiGlu
                ? Halves(g.Linear(x, $"{layer}.fc1"))
                : (g.Linear(x, $"{layer}.fc1_g"), g.Linear(x, $"{layer}.fc1_x"));
            hidden = g.Node("Mul", [g.Node("Mul", [gate, g.Node("Sigmoid", [gate])]), value]);
            if (kind == MlpKind.NormedSwiGlu)
                hidden = Norm(hidden, $"{layer}.norm");
        }

        return g.Linear(hidden, $"{layer}.fc2");
    }

    private (string First, string Second) Halves(string x)
    {
        string Part(long from) => g.Node("Slice", [x, g.Integers(from), g.Integers(from + _shape.HiddenWidth), g.Integers(-1)]);
        return (Part(0), Part(_shape.HiddenWidth));
    }

    private string Activate(string x) => _shape.Activation switch
    {
        GeluKind.GeluTanh => g.GeluTanh(x),
        GeluKind.QuickGelu => g.Node("Mul", [x, g.Node("Sigmoid", [g.Node("Mul", [x, g.Scalar(1.702f)])])]),
        _ => g.Gelu(x),
    };
}
