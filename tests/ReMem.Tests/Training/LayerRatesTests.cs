using ReMem.Data;
using ReMem.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

/// <summary>Against torch's own optimisers, one a parameter, at rates from a table of the test's own.</summary>
[Collection(TorchGenerator.Name)]
public class LayerRatesTests
{
    private const double Decay = 0.7;

    [Theory]
    [InlineData(OptimizerKind.Adamw, 1e-3)]
    [InlineData(OptimizerKind.Sgd, 0.05)]
    public void Every_parameter_steps_at_the_rate_of_its_layer(OptimizerKind optimizer, double rate)
    {
        using var scope = NewDisposeScope();
        TrainingOptions options = Options with { Optimizer = optimizer, Lr = rate, WeightDecay = 0.1, ClipGrad = 0, LayerDecay = Decay };
        using ImageModel model = Model(), reference = Model(), plain = Model();
        new Trainer(options).Run(Job(model));
        new Trainer(options with { LayerDecay = 1 }).Run(Job(plain));

        (optim.Optimizer Optimizer, double Scale)[] each =
            [.. reference.named_parameters().Select(p => (One(p.name, p.parameter), Scale(p.name)))];
        var schedule = new CosineSchedule(rate, 9, 1, options.MinLrRatio);
        int step = 0;
        for (int epoch = 0; epoch < 3; epoch++)
        {
            foreach (Batch batch in Loader().Epoch(epoch))
            {
                reference.zero_grad();
                CrossEntropy(reference, batch, default).backward();
                foreach ((optim.Optimizer one, double scale) in each)
                {
                    foreach (optim.ILearningRateController group in one.ParamGroups)
                        group.LearningRate = schedule.At(step) * scale;
                    one.step();
                }

                step++;
            }
        }

        Dictionary<string, Tensor> expected = reference.state_dict(), actual = model.state_dict(), undecayed = plain.state_dict();
        Assert.All(expected, entry => Assert.True(Close(entry.Key, entry.Value, actual[entry.Key]), entry.Key));
        Assert.False(Near(actual["patch_embed.proj.weight"], undecayed["patch_embed.proj.weight"]));

        // The keys' bias has no gradient but rounding, which AdamW blows up to full steps.
        static bool Close(string name, Tensor a, Tensor b) => name.EndsWith("qkv.bias", StringComparison.Ordinal)
            ? Near(a.narrow(0, 0, 128), b.narrow(0, 0, 128)) && Near(a.narrow(0, 256, 128), b.narrow(0, 256, 128))
            : Near(a, b);

        static bool Near(Tensor a, Tensor b) => allclose(a, b, rtol: 1e-4, atol: 2e-6);

        optim.Optimizer One(string name, TorchSharp.Modules.Parameter value)
        {
            double decay = value.dim() > 1 && name is not ("cls_token" or "pos_embed") ? 0.1 : 0;
            return optimizer == OptimizerKind.Adamw
                ? optim.AdamW([value], 1, weight_decay: decay)
                : optim.SGD([value], 1, momentum: 0.9, weight_decay: decay);
        }

        double Scale(string name)
        {
            string[] parts = name.Split('.');
            int depth = ((TransformerModel)reference).Blocks.Count;
            int layer = parts[0] switch
            {
                "blocks" => int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) + 1,
                "norm" =>
                depth,
                "head" => depth + 1,
                _ => 0
            };
            return Math.Pow(Decay, depth + 1 - layer);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void A_decay_out_of_range_is_refused(double decay)
    {
        using ImageModel model = Model();
        InputException error = Assert.Throws<InputException>(() => new Trainer(Options with { LayerDecay = decay }).Run(Job(model)));
        Assert.Contains("LayerDecay", error.Message, StringComparison.Ordinal);
    }
}
