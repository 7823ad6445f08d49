using ReMem.Models;

namespace ReMem.Export;

/// <summary>The ONNX graph of MobileNetV3.</summary>
internal static class MobileNetV3Onnx
{
    public static string Emit(OnnxGraph g, MobileNetV3 model, string input)
    {
        string h = HardSwish(g, g.BatchNorm(g.Conv(input, "conv_stem", 2, 1), "bn1"));
        int stage = 0;
        for (; stage < model.Stages.Count; stage++)
        {
            for (int i = 0; i < model.Stages[stage].Count; i++)
                h = Block(g, h, model.Stages[stage][i], $"blocks.{stage}.{i}");
        }

        h = HardSwish(g, g.BatchNorm(g.Conv(h, $"blocks.{stage}.0.conv"), $"blocks.{stage}.0.bn1"));
        return g.Linear(g.Flatten(HardSwish(g, g.Conv(g.Pool(h), "conv_head"))), "classifier");
    }

    private static string Block(OnnxGraph g, string x, MobileNetV3Block block, string path)
    {
        MobileNetV3BlockShape shape = block.Shape;
        bool expands = shape.Hidden > 0;
        string Activate(string h) => shape.HardSwish ? HardSwish(g, h) : g.Node("Relu", [h]);
        string h = expands ? Activate(g.BatchNorm(g.Conv(x, $"{path}.conv_pw"), $"{path}.bn1")) : x;
        h = Activate(g.BatchNorm(g.Conv(h, $"{path}.conv_dw", shape.Stride, shape.Kernel / 2), $"{path}.{(expands ? "bn2" : "bn1")}"));
        if (shape.Squeeze)
        {
            string gate = g.Node("Relu", [g.Conv(g.Pool(h), $"{path}.se.conv_reduce")]);
            gate = g.Node("HardSigmoid", [g.Conv(gate, $"{path}.se.conv_expand")], ("alpha", 1 / 6f), ("beta", 0.5f));
            h = g.Node("Mul", [h, gate]);
        }

        h = g.BatchNorm(g.Conv(h, $"{path}.{(expands ? "conv_pwl" : "conv_pw")}"), $"{path}.{(expands ? "bn3" : "bn2")}");
        return block.HasResidual ? g.Node("Add", [h, x]) : h;
    }

    private static string HardSwish(OnnxGraph g, string x) => g.Node("HardSwish", [x]);
}
