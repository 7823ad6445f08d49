using ReMem.Models;

namespace ReMem.Export;

/// <summary>The ONNX graph of a BEiT whose branch scales are folded into its weights.</summary>
internal static class BeitOnnx
{
    public static string Emit(OnnxGraph g, Beit model, string input)
    {
        var shared = new TransformerOnnx(g, model);
        string index = g.Constant("relative_position_index", model.RelativePositionIndex);
        long tokens = shared.Tokens;
        return shared.Emit(input, (x, layer) =>
        {
            string[] parts = shared.SplitParts(shared.ProjectWithoutKeyBias(x, layer), 3, tokens);
            string rows = g.Node("Gather", [g.Parameter($"{layer}.relative_position_bias_table"), index], ("axis", 0L));
            string bias = g.Node("Reshape", [rows, g.Integers(1, tokens, tokens, model.Shape.Heads)]);
            bias = g.Node("Transpose", [bias], ("perm", new long[] { 0, 3, 1, 2 }));
            return g.Linear(shared.Mix(parts[0], parts[1], parts[2], tokens, bias), $"{layer}.proj");
        });
    }
}
