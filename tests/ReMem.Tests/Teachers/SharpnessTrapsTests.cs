using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

/// <summary>
/// What goes wrong with SAM in a whole training and not in one gradient.
/// The others are in SharpnessAwareGradientTests and SharpnessPolicyTests.
/// </summary>
[Collection(TorchGenerator.Name)]
public class SharpnessTrapsTests
{
    private static readonly TrainingOptions OneStep = Options with
    {
        Epochs = 1,
        Optimizer = OptimizerKind.Sgd,
        Momentum = 0,
        Lr = 0.1,
        WarmupEpochs = 0,
        WeightDecay = 0,
        ClipGrad = 0,
    };

    [Fact]
    public void Drop_path_draws_the_same_masks_in_both_passes()
    {
        // With other masks the second loss would be another network's, whatever the radius.
        using ImageModel model = Model(dropPath: 0.8);
        double rise = Tune(model, OneStep, new TeacherOptions { Rho = 1e-4 }).Epochs[0].Rise;
        Assert.InRange(rise, 0, 1e-2);
    }

    [Fact]
    public void Clipping_comes_last_and_once()
    {
        using var scope = NewDisposeScope();
        using ImageModel free = Model(), clipped = Model();
        using var parameters = new ParameterSet(clipped);
        Tensor before = parameters.Values();
        double expected = Tune(free, OneStep, new TeacherOptions { Rho = 0.1 }).Epochs[0].Rise;
        Assert.Equal(expected, Tune(clipped, OneStep with { ClipGrad = 1e-2 }, new TeacherOptions { Rho = 0.1 }).Epochs[0].Rise);
        Assert.Equal(0.1 * 1e-2, (parameters.Values() - before).norm().item<float>(), 1e-6);
    }

    [Fact]
    public void Decay_is_no_part_of_the_ascent()
    {
        using var scope = NewDisposeScope();
        using ImageModel plain = Model(), decayed = Model();
        using ParameterSet without = new(plain), with = new(decayed);
        Tensor before = with.Values();
        const double decay = 5;
        TrainingResult expected = Tune(plain, OneStep, new TeacherOptions { Rho = 0.1 });
        Assert.Equal(expected.Epochs[0].Rise,
            Tune(decayed, OneStep with { WeightDecay = decay }, new TeacherOptions { Rho = 0.1 }).Epochs[0].Rise);
        Tensor shrunk = without.Values() - (before * with.DecayMask() * (float)(0.1 * decay));
        Assert.True(allclose(shrunk, with.Values(), rtol: 1e-5, atol: 1e-6));
    }

    [Theory]
    [InlineData("sam")]
    [InlineData("looksam(2,0.7)")]
    [InlineData("momentum(0.9)")]
    public void What_is_validated_and_checkpointed_is_never_moved(string sharpness)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ImageModel model = Model();
        using var parameters = new ParameterSet(model);
        Tensor? stepped = null;
        int validated = 0;
        new TeacherFineTuner(OneStep with { Epochs = 2, Lr = 1e-9 },
            new TeacherOptions { Rho = 0.5, Sharpness = sharpness }).Run(Job(model, folder.File("state")) with
            {
                Train = Loader(8),
                Validate = _ =>
                {
                    // A rate of next to nothing moves no weight by as much as the radius would.
                    stepped ??= Model().state_dict()["head.weight"].clone();
                    Assert.True((model.state_dict()["head.weight"] - stepped).abs().max().item<float>() < 1e-6);
                    validated++;
                    return (0, 0);
                },
            });
        Assert.Equal(2, validated);
        using var file = global::ReMem.Weights.Files.SafetensorsFile.Open(folder.File("state"));
        using Tensor saved = file.Read("model.head.weight");
        Assert.True((saved - stepped!).abs().max().item<float>() < 1e-6);
    }

    private static TrainingResult Tune(ImageModel model, TrainingOptions options, TeacherOptions teacher) =>
        new TeacherFineTuner(options, teacher).Run(Job(model) with { Train = Loader(4) });
}
