using ReMem.Models;

namespace ReMem.Export;

/// <summary>The ONNX graph of a ConvNeXt.</summary>
internal static class ConvNeXtOnnx
{
    public static string Emit(OnnxGraph g, ConvNeXt model, string input)
    {
        string h = Norm(g, g.Conv(input, "stem.0", stride: 4), "stem.1");
        for (int stage = 0; stage < model.Shape.Depths.Count; stage++)
        {
            if (stage > 0)
                h = g.Conv(Norm(g, h, $"stages.{stage}.downsample.0"), $"stages.{stage}.downsample.1", stride: 2);
            for (int i = 0; i < model.Shape.Depths[stage]; i++)
                h = g.Node("Add", [Branch(g, h, $"stages.{stage}.blocks.{i}", model.Shape.ConvMlp), h]);
        }

        return g.Classifier(LayerNorm(g, g.Flatten(g.Pool(h)), "head.norm"), "head.fc");
    }

    private static string Branch(OnnxGraph g, string x, string path, bool convMlp)
    {
        string h = LayerNorm(g, ChannelsLast(g, g.Conv(x, $"{path}.conv_dw", padding: 3)), $"{path}.norm");
        if (!convMlp)
        {
            h = g.Linear(g.Gelu(g.Linear(h, $"{path}.mlp.fc1")), $"{path}.mlp.fc2");
            return ChannelsFirst(g, g.Node("Mul", [h, g.Parameter($"{path}.gamma")]));
        }

        h = g.Conv(g.Gelu(g.Conv(ChannelsFirst(g, h), $"{path}.mlp.fc1")), $"{path}.mlp.fc2");
        return g.Node("Mul", [h, g.Node("Unsqueeze", [g.Parameter($"{path}.gamma"), g.Integers(1, 2)])]);
    }

    private static string Norm(OnnxGraph g, string x, string layer) => ChannelsFirst(g, LayerNorm(g, ChannelsLast(g, x), layer));

    private static string LayerNorm(OnnxGraph g, string x, string layer) => g.LayerNorm(x, layer, (float)ConvNeXt.NormEpsilon);

    private static string ChannelsLast(OnnxGraph g, string x) => g.Node("Transpose", [x], ("perm", new long[] { 0, 2, 3, 1 }));

    private static string ChannelsFirst(OnnxGraph g, string x) => g.Node("Transpose", [x], ("perm", new long[] { 0, 3, 1, 2 }));
}
