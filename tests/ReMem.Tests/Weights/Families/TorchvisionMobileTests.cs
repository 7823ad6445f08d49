using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class TorchvisionMobileTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("mobilenetv3_small_100", 11)]
    [InlineData("mobilenetv3_large_100", 15)]
    public void MobileNetV3_with_the_difference_of_epsilons_in_the_variances(string model, int blocks)
    {
        Dictionary<string, Tensor> state = FamilyState.Convolutional(model);
        var named = new List<(string, Tensor)>();
        foreach ((string name, Tensor value) in state)
        {
            string[] parts = name.Split('.');
            string other = parts[0] switch
            {
                "conv_stem" => $"features.0.0.{parts[^1]}",
                "bn1" => $"features.0.1.{parts[^1]}",
                "conv_head" => $"classifier.0.{parts[^1]}",
                "classifier" => $"classifier.3.{parts[^1]}",
                _ when parts[3] == "conv" => $"features.{blocks + 1}.0.{parts[^1]}",
                _ when state.ContainsKey($"blocks.{parts[1]}.0.conv.weight") => $"features.{blocks + 1}.1.{parts[^1]}",
                _ => $"features.{Number(state, parts)}.block.{Place(state, parts)}",
            };
            Tensor stored = name == "conv_head.weight" ? value.flatten(1) : value;
            if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                stored = value.abs();
                state[name] = stored + ((1e-3 - 1e-5) * ones(1));
            }

            named.Add((other, stored));
        }

        FamilyState.Check("torchvision MobileNetV3", named, state);
    }

    [Fact]
    public void MobileNetV2()
    {
        Dictionary<string, Tensor> state = FamilyState.Convolutional("mobilenetv2_100");
        IEnumerable<(string, Tensor)> named = state.Select(t =>
        {
            string[] parts = t.Key.Split('.');
            string[] places = parts.Length > 3 && parts[1] == "0" ? ["conv_dw", "0.0", "bn1", "0.1", "conv_pw", "1", "bn2", "2"]
                : ["conv_pw", "0.0", "bn1", "0.1", "conv_dw", "1.0", "bn2", "1.1", "conv_pwl", "2", "bn3", "3"];
            return (parts[0] switch
            {
                "conv_stem" => $"features.0.0.{parts[^1]}",
                "bn1" => $"features.0.1.{parts[^1]}",
                "conv_head" => $"features.18.0.{parts[^1]}",
                "bn2" => $"features.18.1.{parts[^1]}",
                "classifier" => $"classifier.1.{parts[^1]}",
                _ => $"features.{Number(state, parts)}.conv.{places[Array.IndexOf(places, parts[3]) + 1]}.{parts[^1]}",
            }, t.Value);
        });
        FamilyState.Check("torchvision MobileNetV2", named, state);
    }

    [Fact]
    public void EfficientNet()
    {
        Dictionary<string, Tensor> state = FamilyState.Convolutional("efficientnet_b0");
        IEnumerable<(string, Tensor)> named = state.Select(t =>
        {
            string[] parts = t.Key.Split('.');
            return (parts[0] switch
            {
                "conv_stem" => $"features.0.0.{parts[^1]}",
                "bn1" => $"features.0.1.{parts[^1]}",
                "conv_head" => $"features.8.0.{parts[^1]}",
                "bn2" => $"features.8.1.{parts[^1]}",
                "classifier" => $"classifier.1.{parts[^1]}",
                _ => $"features.{int.Parse(parts[1]) + 1}.{parts[2]}.block.{Place(state, parts)}",
            }, t.Value);
        });
        FamilyState.Check("torchvision EfficientNet", named, state);
    }

    /// <summary>The number of a block counted through all stages, from 1.</summary>
    private static int Number(Dictionary<string, Tensor> state, string[] parts) =>
        state.Keys.Where(k => k.StartsWith("blocks.", StringComparison.Ordinal)).Select(k => k.Split('.'))
            .Select(k => (Stage: int.Parse(k[1]), Index: int.Parse(k[2]))).Distinct()
            .Count(b => b.CompareTo((int.Parse(parts[1]), int.Parse(parts[2]))) <= 0);

    /// <summary>Where torchvision's inverted residual has a part of timm's.</summary>
    private static string Place(Dictionary<string, Tensor> state, string[] parts)
    {
        string block = string.Join('.', parts[..3]);
        bool expands = state.ContainsKey($"{block}.conv_pwl.weight"), squeezes = state.ContainsKey($"{block}.se.conv_reduce.weight");
        string[] order = expands ? ["conv_pw", "bn1", "conv_dw", "bn2", "conv_pwl", "bn3"] : ["conv_dw", "bn1", "conv_pw", "bn2"];
        int depthwise = expands ? 1 : 0;
        if (parts[3] == "se")
            return $"{depthwise + 1}.{(parts[4] == "conv_reduce" ? "fc1" : "fc2")}.{parts[^1]}";
        int layer = Array.IndexOf(order, parts[3]) / 2;
        return $"{(layer > depthwise && squeezes ? layer + 1 : layer)}.{Array.IndexOf(order, parts[3]) % 2}.{parts[^1]}";
    }
}
