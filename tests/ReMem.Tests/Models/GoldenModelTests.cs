using System.Text.Json;
using ReMem.Models;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>Every architecture against timm: names, shapes, features and logits.</summary>
public class GoldenModelTests
{
    private static readonly JsonElement[] Models =
        [.. JsonDocument.Parse(File.ReadAllText(Goldens.PathOf("models.json"))).RootElement.GetProperty("models").EnumerateArray()];

    public static TheoryData<string, int> Covered
    {
        get
        {
            var data = new TheoryData<string, int>();
            var known = ModelCatalogue.All.Select(m => m.Name).ToHashSet();
            foreach (JsonElement m in Models.Where(m => known.Contains(m.GetProperty("model").GetString()!)))
                data.Add(m.GetProperty("model").GetString()!, m.GetProperty("image").GetInt32());
            return data;
        }
    }

    /// <summary>A transformer that is renamed or lost would otherwise only drop out of the theory.</summary>
    [Fact]
    public void Every_golden_of_a_transformer_is_covered()
    {
        string[] convolutional = ["resnet", "mobilenet", "efficientnet", "tf_efficientnet", "convnext"];
        string[] transformers =
            [.. Models.Select(m => m.GetProperty("model").GetString()!)
                .Where(n => !convolutional.Any(c => n.StartsWith(c, StringComparison.Ordinal)))];
        Assert.NotEmpty(transformers);
        Assert.Empty(transformers.Except(ModelCatalogue.All.Select(m => m.Name)));
    }

    [Fact]
    public void Every_convolutional_golden_has_its_model()
    {
        string[] families = ["resnet", "mobilenet", "efficientnet", "tf_efficientnet", "convnext"];
        string[] goldens = [.. Models.Select(m => m.GetProperty("model").GetString()!)
            .Where(n => families.Any(f => n.StartsWith(f, StringComparison.Ordinal)))];
        Assert.Equal(12, goldens.Length);
        Assert.Empty(goldens.Except(ModelCatalogue.All.Select(m => m.Name)));
    }

    [Theory]
    [MemberData(nameof(Covered))]
    public void Names_shapes_features_and_logits_are_timms(string name, int size)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        JsonElement golden = Models.Single(m => m.GetProperty("model").GetString() == name && m.GetProperty("image").GetInt32() == size);
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 10, ImageSize = size });
        Dictionary<string, Tensor> state = model.state_dict();
        (string Name, long[] Shape)[] expected =
            [.. golden.GetProperty("parameters").EnumerateArray()
                .Select(p => (p[0].GetString()!, p[1].EnumerateArray().Select(d => d.GetInt64()).ToArray()))];
        Assert.Equal(expected.Select(p => p.Name), state.Keys);
        foreach (var (key, shape) in expected)
            Assert.Equal(shape, state[key].shape);
        Assert.Equal(golden.GetProperty("count").GetInt64(), ModelStatistics.Of(model).Parameters);

        GoldenWeights.Fill(model);
        model.eval();
        Tensor input = Goldens.UniformTensor("input", 1, 2, 3, size, size).to(ScalarType.Float32);
        foreach (ConvolutionKernel kernel in ConvolutionKernels.InFloat32)
        {
            using IDisposable forced = KernelPath<ConvolutionKernel>.Force(kernel);
            Tensor features = model.ForwardFeatures(input);
            Assert.Equal(golden.GetProperty("features_shape").EnumerateArray().Select(d => d.GetInt64()), features.shape);
            Close(golden.GetProperty("features_abs_mean").GetDouble(), features.abs().mean().item<float>(), 1e-4);
            Rows(golden.GetProperty("pooled_head"), model.ForwardHead(features, preLogits: true).narrow(1, 0, 8));
            Rows(golden.GetProperty("logits"), model.call(input));
        }
    }

    private static void Rows(JsonElement golden, Tensor actual)
    {
        double[] expected = [.. golden.EnumerateArray()
            .SelectMany(v => v.ValueKind == JsonValueKind.Array ? v.EnumerateArray().Select(x => x.GetDouble()) : [v.GetDouble()])];
        float[] values = actual.contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Close(expected[i], values[i], 1e-4, scale);
    }

    private static void Close(double expected, double actual, double relative, double? scale = null) =>
        Assert.True(Math.Abs(expected - actual) <= relative * (scale ?? Math.Abs(expected)) + 1e-6, $"expected {expected}, got {actual}");
}
