using ReMem.Models;

namespace ReMem.Export;

/// <summary>The ONNX graph of a ResNet.</summary>
internal static class ResNetOnnx
{
    public static string Emit(OnnxGraph g, ResNet model, string input)
    {
        string Relu(string x) => g.NodeInFloat32("Relu", x);
        bool cifar = model.Shape.CifarStem;
        string h = Relu(g.ConvNorm(input, "conv1", "bn1", cifar ? 1 : 2, cifar ? 1 : 3));
        if (!cifar)
            h = g.Node("MaxPool", [h], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
                ("pads", new long[] { 1, 1, 1, 1 }));
        for (int stage = 0; stage < model.Stages.Count; stage++)
        {
            for (int i = 0; i < model.Stages[stage].Count; i++)
            {
                ResNetBlock block = model.Stages[stage][i];
                string path = $"layer{stage + 1}.{i}";
                string shortcut = block.HasDownsample ? g.ConvNorm(h, $"{path}.downsample.0", $"{path}.downsample.1", block.Stride) : h;
                bool bottleneck = block.IsBottleneck;
                string branch = Relu(g.ConvNorm(h, $"{path}.conv1", $"{path}.bn1", bottleneck ? 1 : block.Stride, bottleneck ? 0 : 1));
                branch = g.ConvNorm(branch, $"{path}.conv2", $"{path}.bn2", bottleneck ? block.Stride : 1, 1);
                if (bottleneck)
                    branch = g.ConvNorm(Relu(branch), $"{path}.conv3", $"{path}.bn3");
                h = Relu(g.Node("Add", [branch, shortcut]));
            }
        }

        return g.Classifier(g.Flatten(g.Pool(h)), "fc");
    }
}
