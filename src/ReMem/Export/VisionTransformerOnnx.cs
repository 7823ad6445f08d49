using ReMem.Models;

namespace ReMem.Export;

/// <summary>The ONNX graph of a ViT whose branch scales are folded into its weights.</summary>
internal static class VisionTransformerOnnx
{
    public static string Emit(OnnxGraph g, VisionTransformer model, string input)
    {
        var shared = new TransformerOnnx(g, model);
        return shared.Emit(input, (x, layer) =>
        {
            string[] parts = shared.SplitParts(g.Linear(x, $"{layer}.qkv"), 3, shared.Tokens);
            string Normed(string part, string norm) => g.Has($"{layer}.{norm}.weight") ? shared.Norm(part, $"{layer}.{norm}") : part;
            return g.Linear(shared.Mix(Normed(parts[0], "q_norm"), Normed(parts[1], "k_norm"), parts[2], shared.Tokens), $"{layer}.proj");
        });
    }
}
