using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>The forms of EVA that have no golden: a block written out with the turn of every pair of channels.</summary>
public class EvaTests
{
    [Theory]
    [InlineData("eva02_base_patch14_224", false)]
    [InlineData("eva02_base_patch16_clip_224", false)]
    [InlineData("vit_small_plus_patch16_dinov3_qkvb", true)]
    public void A_block_is_its_formula(string name, bool centred)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using TransformerModel model = TinyTransformers.Make(name);
        model.to(ScalarType.Float64);
        Dictionary<string, Tensor> w = model.Blocks[0].state_dict();
        int prefix = model.Shape.PrefixTokens, tokens = model.TokenCount;
        double epsilon = model.Shape.NormEpsilon;
        Tensor x = Goldens.UniformTensor("tokens", 1, 2, tokens, 16);
        Tensor Linear(Tensor t, string layer) => nn.functional.linear(t, w[layer + ".weight"], w.GetValueOrDefault(layer + ".bias"));
        Tensor Norm(Tensor t, string layer) => w.ContainsKey(layer + ".weight")
            ? nn.functional.layer_norm(t, [t.shape[^1]], w[layer + ".weight"], w[layer + ".bias"], epsilon)
            : t;
        Tensor Gain(Tensor t, string gamma) => w.TryGetValue(gamma, out Tensor? gain) ? t * gain : t;

        Tensor normed = Norm(x, "norm1");
        Tensor[] parts = w.ContainsKey("attn.qkv.weight")
            ? [.. (Linear(normed, "attn.qkv") + cat([w["attn.q_bias"], zeros(16, ScalarType.Float64), w["attn.v_bias"]])).chunk(3, -1)]
            : [Linear(normed, "attn.q_proj"), Linear(normed, "attn.k_proj"), Linear(normed, "attn.v_proj")];
        Tensor mixed = zeros(2, tokens, 16, ScalarType.Float64);
        for (int head = 0; head < 2; head++)
        {
            Tensor q = Turned(parts[0].narrow(2, 8 * head, 8), prefix, centred), k = Turned(parts[1].narrow(2, 8 * head, 8), prefix,
                centred);
            Tensor shares = (q.matmul(k.transpose(1, 2)) / Math.Sqrt(8)).softmax(-1);
            mixed.narrow(2, 8 * head, 8).copy_(shares.matmul(parts[2].narrow(2, 8 * head, 8)));
        }

        Tensor h = x + Gain(Linear(Norm(mixed, "attn.norm"), "attn.proj"), "gamma_1");
        Tensor inner = Norm(h, "norm2");
        Tensor gate = Linear(inner, "mlp.fc1_g");
        Tensor expected = h + Gain(Linear(Norm(gate * gate.sigmoid() * Linear(inner, "mlp.fc1_x"), "mlp.norm"), "mlp.fc2"), "gamma_2");
        double difference = (model.Blocks[0].call(x) - expected).abs().max().item<double>();
        Assert.True(difference < 1e-10, $"differs by {difference}");
    }

    /// <summary>Tokens [B, N, 8] on 3 x 3 patches: two frequencies for rows, two for columns.</summary>
    private static Tensor Turned(Tensor tokens, int prefix, bool centred)
    {
        Tensor result = tokens.clone();
        for (int patch = 0; patch < 9; patch++)
        {
            for (int pair = 0; pair < 4; pair++)
            {
                int index = pair < 2 ? patch / 3 : patch % 3;
                double angle = centred
                    ? 2 * Math.PI * (((index + 0.5) / 3 * 2) - 1) / Math.Pow(100, pair % 2 / 2.0)
                    : index / 3.0 * 16 * Math.Pow(10000, -(pair % 2) / 2.0);
                (int u, int v) = centred ? (pair, pair + 4) : (2 * pair, (2 * pair) + 1);
                Tensor at = tokens.select(1, prefix + patch);
                result.select(1, prefix + patch).select(1, u)
                    .copy_((at.select(1, u) * Math.Cos(angle)) - (at.select(1, v) * Math.Sin(angle)));
                result.select(1, prefix + patch).select(1, v)
                    .copy_((at.select(1, v) * Math.Cos(angle)) + (at.select(1, u) * Math.Sin(angle)));
            }
        }

        return result;
    }
}
