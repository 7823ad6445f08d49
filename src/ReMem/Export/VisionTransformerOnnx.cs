using ReMem.Models;

namespace ReMem.Export;

/// <summary>The ONNX graph of a ViT whose branch scales are folded into its weights.</summary>
internal static class VisionTransformerOnnx
{
    private const float Epsilon = 1e-6f;

    public static string Emit(OnnxGraph g, VisionTransformer model, string input)
    {
        VisionTransformerShape shape = model.Shape;
        long tokens = 1 + ((long)model.Grid * model.Grid);
        string patches = g.Conv(input, "patch_embed.proj", stride: shape.PatchSize);
        patches = g.Node("Transpose", [g.Node("Reshape", [patches, g.Integers(0, shape.Width, -1)])], ("perm", new long[] { 0, 2, 1 }));
        string batch = g.Node("Slice", [g.Node("Shape", [patches]), g.Integers(0), g.Integers(1)]);
        string token = g.Node("Expand", [g.Parameter("cls_token"), g.Node("Concat", [batch, g.Integers(1, shape.Width)], ("axis", 0L))]);
        string h = g.Node("Add", [g.Node("Concat", [token, patches], ("axis", 1L)), g.Parameter("pos_embed")]);
        for (int i = 0; i < shape.Depth; i++)
        {
            string block = $"blocks.{i}";
            VisionTransformerBlock made = model.Blocks[i];
            if (made.AttentionScale != 0)
                h = g.Node("Add", [h, Attention(g, g.LayerNorm(h, $"{block}.norm1", Epsilon), $"{block}.attn", shape, tokens)]);
            if (made.MlpScale != 0)
                h = g.Node("Add", [h, g.Linear(g.Gelu(g.Linear(g.LayerNorm(h, $"{block}.norm2", Epsilon), $"{block}.mlp.fc1")), $"{block}.mlp.fc2")]);
        }

        string pooled = g.Node("Gather", [g.LayerNorm(h, "norm", Epsilon), g.Integers(0)], ("axis", 1L));
        return g.Linear(g.Flatten(pooled), "head");
    }

    private static string Attention(OnnxGraph g, string x, string layer, VisionTransformerShape shape, long tokens)
    {
        long width = shape.Width / shape.Heads;
        string qkv = g.Node("Reshape", [g.Linear(x, $"{layer}.qkv"), g.Integers(0, tokens, 3, shape.Heads, width)]);
        qkv = g.Node("Transpose", [qkv], ("perm", new long[] { 2, 0, 3, 1, 4 }));
        string Part(long index) => g.Node("Squeeze", [g.Node("Gather", [qkv, g.Integers(index)], ("axis", 0L)), g.Integers(0)]);
        string keys = g.Node("Transpose", [Part(1)], ("perm", new long[] { 0, 1, 3, 2 }));
        string scores = g.Node("Mul", [g.Node("MatMul", [Part(0), keys]), g.Scalar((float)(1 / Math.Sqrt(width)))]);
        string mixed = g.Node("MatMul", [g.Node("Softmax", [scores], ("axis", -1L)), Part(2)]);
        mixed = g.Node("Reshape", [g.Node("Transpose", [mixed], ("perm", new long[] { 0, 2, 1, 3 })), g.Integers(0, tokens, shape.Width)]);
        return g.Linear(mixed, $"{layer}.proj");
    }
}
