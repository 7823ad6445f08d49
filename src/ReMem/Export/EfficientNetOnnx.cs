using ReMem.Models;
using ReMem.Models.Layers;

namespace ReMem.Export;

/// <summary>The ONNX graph of the EfficientNet family.</summary>
internal static class EfficientNetOnnx
{
    public static string Emit(OnnxGraph g, EfficientNet model, string input)
    {
        EfficientNetShape shape = model.Shape;
        EfficientNetStyle style = shape.Style;
        string h = ConvNorm(g, input, string.Empty, shape.StemLayer, style, style.Activation);
        for (int stage = 0; stage < model.Stages.Count; stage++)
        {
            for (int i = 0; i < model.Stages[stage].Count; i++)
                h = Block(g, h, $"blocks.{stage}.{i}.", model.Stages[stage][i], style);
        }

        bool convFirst = shape.Head == EfficientNetHead.ConvThenPool;
        h = ConvNorm(g, convFirst ? h : g.Pool(h), string.Empty, shape.HeadLayer, style, style.Activation);
        return g.Classifier(g.Flatten(convFirst ? g.Pool(h) : h), "classifier");
    }

    private static string Block(OnnxGraph g, string x, string path, EfficientNetBlock block, EfficientNetStyle style)
    {
        string h = x;
        for (int i = 0; i < block.Layers.Count; i++)
        {
            if (block.Shape.SqueezeRatio > 0 && i == block.Layers.Count - 1)
                h = Squeeze(g, h, path, block, style);
            h = ConvNorm(g, h, path, block.Layers[i], style, block.Activation);
        }

        return block.HasSkip ? g.Node("Add", [h, x]) : h;
    }

    private static string Squeeze(OnnxGraph g, string x, string path, EfficientNetBlock block, EfficientNetStyle style)
    {
        string gate = g.Conv(g.Pool(x), $"{path}se.conv_reduce");
        gate = g.Conv(Activate(g, gate, style.MobileSqueeze ? Activation.Relu : block.Activation), $"{path}se.conv_expand");
        gate = style.MobileSqueeze ? g.NodeInFloat32("HardSigmoid", gate, ("alpha", 1 / 6f), ("beta", 0.5f)) : g.Node("Sigmoid", [gate]);
        return g.Node("Mul", [x, gate]);
    }

    private static string ConvNorm(OnnxGraph g, string x, string path, ConvNormShape layer, EfficientNetStyle style, Activation activation)
    {
        string conv = path + layer.Conv;
        string h = layer.Norm is null
            ? g.Conv(x, conv, layer.Stride, layer.Kernel / 2)
            : g.ConvNorm(x, conv, path + layer.Norm, layer.Stride, layer.Kernel / 2, style.SamePadding && layer.Stride > 1,
                style.NormEpsilon);
        return layer.Activated ? Activate(g, h, activation) : h;
    }

    private static string Activate(OnnxGraph g, string x, Activation activation) => activation switch
    {
        Activation.Relu => g.NodeInFloat32("Relu", x),
        Activation.Relu6 => g.Node("Clip", [x, g.Scalar(0), g.Scalar(6)]),
        Activation.Silu => g.Node("Mul", [x, g.Node("Sigmoid", [x])]),
        Activation.HardSwish => g.NodeInFloat32("HardSwish", x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
    };
}
