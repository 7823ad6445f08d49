using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Export;

/// <summary>The ONNX graph of an EVA-02 or a DINOv3 whose branch scales are folded into its weights.</summary>
internal static class EvaOnnx
{
    public static string Emit(OnnxGraph g, Eva model, string input)
    {
        var shared = new TransformerOnnx(g, model);
        string cos = g.Constant("rope_cos", model.Rope.Cos);
        string sin = g.Constant("rope_sin", model.Rope.Sin);
        string swap = g.Constant("rope_swap", SwapMatrix(model));
        string Turn(string x) => g.Node("Add", [g.Node("Mul", [x, cos]), g.Node("Mul", [g.Node("MatMul", [x, swap]), sin])]);
        return shared.Emit(input, (x, layer) =>
        {
            string[] parts = g.Has($"{layer}.qkv.weight")
                ? shared.SplitParts(shared.ProjectWithoutKeyBias(x, layer), 3, shared.Tokens)
                : [.. new[] { "q_proj", "k_proj", "v_proj" }.Select(p => shared.SplitHeads(g.Linear(x, $"{layer}.{p}"), shared.Tokens))];
            string mixed = shared.Mix(Turn(parts[0]), Turn(parts[1]), parts[2], shared.Tokens);
            return g.Linear(g.Has($"{layer}.norm.weight") ? shared.Norm(mixed, $"{layer}.norm") : mixed, $"{layer}.proj");
        });
    }

    /// <summary>The matrix that swaps the channels of every pair: one product instead of slicing and concatenating each pair.</summary>
    private static Tensor SwapMatrix(Eva model)
    {
        int width = model.Shape.Width / model.Shape.Heads;
        var swap = new float[width, width];
        for (int channel = 0; channel < width; channel++)
            swap[model.Rope.Partner(channel), channel] = 1;
        return tensor(swap);
    }
}
