using System.Globalization;
using ReMem.Runtime;
using static ReMem.Weights.Families.NamingRule;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>
/// torchvision's MobileNetV2, MobileNetV3 and EfficientNet (V1). Their blocks are numbered consecutively (EfficientNet's within stages);
/// timm starts a stage where the width changes.
/// </summary>
internal static class TorchvisionMobile
{
    /// <summary>torchvision's MobileNetV3 normalises with epsilon 0.001, timm's with 0.00001.</summary>
    private const double EpsilonDifference = 1e-3 - 1e-5;

    private static readonly string[] Norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

    public static NamingFamily MobileNetV2 { get; } = new(
        "torchvision MobileNetV2", has => has("features.0.0.weight") && has("features.1.conv.0.0.weight"), RulesOfV2);

    public static NamingFamily MobileNetV3 { get; } = new(
        "torchvision MobileNetV3", has => has("features.0.0.weight") && has("features.1.block.0.0.weight") && has("classifier.3.weight"),
        RulesOfV3);

    public static NamingFamily EfficientNet { get; } = new(
        "torchvision EfficientNet", has => has("features.0.0.weight") && has("features.1.0.block.1.fc1.weight"), RulesOfEfficientNet);

    private static List<NamingRule> RulesOfV2(Renaming renaming)
    {
        var rules = new List<NamingRule> { Move("features.0.0.*", "conv_stem.*"), Move("features.0.1.*", "bn1.*"),
            Move("classifier.1.*", "classifier.*") };
        int blocks = Count(renaming, i => $"features.{i}.conv.0.0.weight");
        string Projection(int i) => renaming.Has($"features.{i}.conv.3.weight") ? $"features.{i}.conv.2" : $"features.{i}.conv.1";
        foreach ((int i, string block) in Stages(renaming, blocks, i => $"{Projection(i)}.weight"))
        {
            string from = $"features.{i}.conv";
            bool expands = renaming.Has($"{from}.3.weight");
            string[] names = expands ? ["conv_pw", "bn1", "conv_dw", "bn2", "conv_pwl", "bn3"] : ["conv_dw", "bn1", "conv_pw", "bn2"];
            string[] places = expands ? ["0.0", "0.1", "1.0", "1.1", "2", "3"] : ["0.0", "0.1", "1", "2"];
            rules.AddRange(places.Zip(names, (place, name) => Move($"{from}.{place}.*", $"{block}.{name}.*")));
        }

        rules.Add(Move($"features.{blocks + 1}.0.*", "conv_head.*"));
        rules.Add(Move($"features.{blocks + 1}.1.*", "bn2.*"));
        return rules;
    }

    private static List<NamingRule> RulesOfV3(Renaming renaming)
    {
        var rules = new List<NamingRule> { Move("features.0.0.*", "conv_stem.*") };
        rules.AddRange(NormOfV3("features.0.1", "bn1"));
        int blocks = Count(renaming, i => $"features.{i}.block.0.0.weight");
        int last = 0;
        foreach ((int i, string block) in Stages(renaming, blocks,
            i => $"features.{i}.block.{Layers(renaming, $"features.{i}.block") - 1}.0.weight"))
        {
            rules.AddRange(Block(renaming, $"features.{i}.block", block, NormOfV3));
            last = int.Parse(block.Split('.')[1], CultureInfo.InvariantCulture) + 1;
        }

        rules.Add(Move($"features.{blocks + 1}.0.*", $"blocks.{last}.0.conv.*"));
        rules.AddRange(NormOfV3($"features.{blocks + 1}.1", $"blocks.{last}.0.bn1"));

        // timm's layer before the classifier is a convolution of one pixel.
        rules.Add(Convert("classifier.0.weight", "conv_head.weight", w => w.unsqueeze(-1).unsqueeze(-1)));
        rules.Add(Move("classifier.0.bias", "conv_head.bias"));
        rules.Add(Move("classifier.3.*", "classifier.*"));
        return rules;
    }

    private static List<NamingRule> RulesOfEfficientNet(Renaming renaming)
    {
        var rules = new List<NamingRule> { Move("features.0.0.*", "conv_stem.*"), Move("features.0.1.*", "bn1.*"),
            Move("classifier.1.*", "classifier.*") };
        int stages = Count(renaming, s => $"features.{s}.0.block.0.0.weight");
        for (int stage = 1; stage <= stages; stage++)
        {
            for (int i = 0; renaming.Has($"features.{stage}.{i}.block.0.0.weight"); i++)
                rules.AddRange(Block(renaming, $"features.{stage}.{i}.block", $"blocks.{stage - 1}.{i}", NormAsItIs));
        }

        rules.Add(Move($"features.{stages + 1}.0.*", "conv_head.*"));
        rules.Add(Move($"features.{stages + 1}.1.*", "bn2.*"));
        return rules;
    }

    /// <summary>The layers of an inverted residual: expansion (not at 1), depthwise, squeeze-and-excitation (some), projection.</summary>
    private static IEnumerable<NamingRule> Block(Renaming renaming, string from, string to,
        Func<string, string, IEnumerable<NamingRule>> norm)
    {
        int layers = Layers(renaming, from), convolution = 0;
        bool expands = layers - (Enumerable.Range(0, layers).Any(l => renaming.Has($"{from}.{l}.fc1.weight")) ? 1 : 0) == 3;
        string[] names = expands ? ["conv_pw", "conv_dw", "conv_pwl"] : ["conv_dw", "conv_pw"];
        for (int layer = 0; layer < layers; layer++)
        {
            if (renaming.Has($"{from}.{layer}.fc1.weight"))
            {
                yield return Move($"{from}.{layer}.fc1.*", $"{to}.se.conv_reduce.*");
                yield return Move($"{from}.{layer}.fc2.*", $"{to}.se.conv_expand.*");
                continue;
            }

            if (convolution == names.Length)
                yield break;
            yield return Move($"{from}.{layer}.0.*", $"{to}.{names[convolution]}.*");
            convolution++;
            foreach (NamingRule rule in norm($"{from}.{layer}.1", $"{to}.bn{convolution}"))
                yield return rule;
        }
    }

    private static int Layers(Renaming renaming, string block)
    {
        int layers = 0;
        while (renaming.Has($"{block}.{layers}.0.weight") || renaming.Has($"{block}.{layers}.fc1.weight"))
            layers++;
        return layers;
    }

    private static IEnumerable<NamingRule> NormAsItIs(string from, string to) => [Move($"{from}.*", $"{to}.*")];

    // (x - mean) / sqrt(var + 0.001) is (x - mean) / sqrt(var' + 0.00001) with the difference in var'.
    private static IEnumerable<NamingRule> NormOfV3(string from, string to) => Norm.Select(part => part == "running_var"
        ? Convert($"{from}.{part}", $"{to}.{part}", Raise)
        : Move($"{from}.{part}", $"{to}.{part}"));

    private static Tensor Raise(Tensor variance)
    {
        using TorchSharp.Scalar difference = EpsilonDifference;
        return variance.Plus(difference);
    }

    /// <summary>The number of consecutive indices from 1 that have a tensor.</summary>
    private static int Count(Renaming renaming, Func<int, string> name)
    {
        int count = 0;
        while (renaming.Has(name(count + 1)))
            count++;
        return count;
    }

    /// <summary>torchvision's number of each block, from 1, and timm's "blocks.STAGE.INDEX".</summary>
    private static IEnumerable<(int Number, string Block)> Stages(Renaming renaming, int blocks, Func<int, string> projection)
    {
        (int stage, int index, long width) = (-1, 0, -1);
        for (int i = 1; i <= blocks; i++)
        {
            long now = renaming.Has(projection(i)) && renaming.Entry(projection(i)).Shape is [var outputs, ..] ? outputs : width;
            (stage, index, width) = now == width ? (stage, index + 1, width) : (stage + 1, 0, now);
            yield return (i, $"blocks.{Math.Max(stage, 0)}.{index}");
        }
    }
}
