using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

[Collection(TorchGenerator.Name)]
public class TeacherFineTunerTests
{
    [Fact]
    public void Without_radius_and_policy_it_is_plain_training_bit_for_bit()
    {
        using ImageModel plain = Model(dropPath: 0.2), tuned = Model(dropPath: 0.2);
        TrainingResult expected = new Trainer(Options).Run(Job(plain));
        AssertSame(expected, Tune(tuned, new TeacherOptions()));
        AssertSame(plain, tuned);
        Assert.All(expected.Epochs, e => Assert.Equal(0, e.Rise));
    }

    [Fact]
    public void The_reweighting_is_in_force_at_every_step_and_stays()
    {
        using ImageModel plain = Model(), tuned = Model();
        var vit = (VisionTransformer)tuned;
        double[] expected = [1, 1, 1, 1, 0.5, 0.5];
        var seen = new List<double[]>();
        tuned.register_forward_pre_hook((_, input) =>
        {
            seen.Add([.. vit.Blocks.Select(b => b.MlpScale)]);
            return input;
        });
        Tune(tuned, new TeacherOptions { Reweighting = "top(2,0.5)" });

        Assert.Equal(9, seen.Count);
        Assert.All(seen, scales => Assert.Equal(expected, scales));
        Assert.Equal(expected, vit.Blocks.Select(b => b.MlpScale));
        Assert.All(vit.Blocks, b => Assert.Equal(1, b.AttentionScale));
        Tune(plain, new TeacherOptions());
        Assert.True(Differs(plain, tuned));
    }

    [Fact]
    public void A_policy_of_ones_is_plain_training_bit_for_bit()
    {
        using ImageModel plain = Model(), tuned = Model();
        AssertSame(Tune(plain, new TeacherOptions()), Tune(tuned, new TeacherOptions { Reweighting = "top(3,1)" }));
        AssertSame(plain, tuned);
    }

    [Fact]
    public void A_radius_makes_it_sharpness_aware_and_adaptive_is_another_thing()
    {
        using ImageModel plain = Model(), sharp = Model(), adaptive = Model();
        Tune(plain, new TeacherOptions());
        Assert.All(Tune(sharp, new TeacherOptions { Rho = 0.1 }).Epochs, e => Assert.True(e.Rise > 0, $"{e.Rise}"));
        Tune(adaptive, new TeacherOptions { Rho = 0.1, Adaptive = true });
        Assert.True(Differs(plain, sharp));
        Assert.True(Differs(sharp, adaptive));
    }

    [Fact]
    public void The_loss_is_the_cross_entropy_with_its_label_smoothing()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model(), reference = Model();
        double smoothing = 0.2;
        TrainingResult result = new TeacherFineTuner(Options with { Epochs = 1, Lr = 1e-9, LabelSmoothing = smoothing },
            new TeacherOptions()).Run(Job(model));
        using var guard = no_grad();
        double sum = 0;
        foreach (var batch in Loader().Epoch(0))
        {
            using (batch)
            {
                Tensor log = nn.functional.log_softmax(reference.call(reference.Info.Normalization.Apply(batch.Images)), dim: 1);
                Tensor target = (nn.functional.one_hot(batch.Labels, 3) * (1 - smoothing)) + (smoothing / 3);
                sum += -(log * target).sum(dim: 1).mean().item<float>();
            }
        }

        Assert.Equal(sum / 3, result.Epochs[0].TrainLoss, 1e-5);
    }

    [Theory]
    [InlineData("top(7,0.5)")]
    [InlineData("middle(0.5)")]
    [InlineData("top(2)")]
    [InlineData("ramp(9)")]
    public void A_policy_that_does_not_fit_is_refused_before_any_step(string policy)
    {
        using ImageModel model = Model(), same = Model();
        Assert.Throws<InputException>(() => Tune(model, new TeacherOptions { Reweighting = policy }));
        AssertSame(same, model);
        Assert.All(((VisionTransformer)model).Blocks, b => Assert.Equal(1, b.MlpScale));
    }

    [Fact]
    public void A_network_without_MLP_blocks_cannot_be_reweighted_but_can_be_tuned()
    {
        using ImageModel model = Model(Convolutional);
        Assert.Contains(Convolutional,
            Assert.Throws<InputException>(() => Tune(model, new TeacherOptions { Reweighting = "ramp(0.5)" })).Message,
            StringComparison.Ordinal);
        Assert.Equal(3, Tune(model, new TeacherOptions()).Epochs.Count);
    }

    [Theory]
    [InlineData(-0.05)]
    [InlineData(11)]
    [InlineData(double.NaN)]
    public void A_radius_that_is_no_radius_is_refused_not_ignored(double rho)
    {
        using ImageModel model = Model();
        Assert.Contains("radius rho", Assert.Throws<InputException>(() => Tune(model, new TeacherOptions { Rho = rho })).Message,
            StringComparison.Ordinal);
    }

    private static TrainingResult Tune(ImageModel model, TeacherOptions options) => new TeacherFineTuner(Options, options).Run(Job(model));

    [Fact]
    public void A_radius_of_nothing_is_a_plain_step()
    {
        using var plain = Model();
        using var tuned = Model();
        TrainingOptions one = Options with { Epochs = 1, BatchSize = 4 };
        TrainingResult expected = new TeacherFineTuner(one, new TeacherOptions()).Run(Job(plain) with { Train = Loader(4) });
        TrainingResult result = new TeacherFineTuner(one with { Epochs = 1 },
            new TeacherOptions { Rho = 0.1, RhoSchedule = "lr" }).Run(Job(tuned) with { Train = Loader(4) });
        Assert.True(result.Epochs[0].Rise > 0);
        using var flat = Model();
        result = new TeacherFineTuner(one with { Epochs = 2 },
            new TeacherOptions { Rho = 0.1, RhoSchedule = "linear(0)" }).Run(Job(flat) with { Train = Loader(4) });
        Assert.Equal(expected.Epochs[0].TrainLoss, result.Epochs[0].TrainLoss);
        Assert.Equal(0, result.Epochs[0].Rise);
        Assert.True(result.Epochs[1].Rise > 0);
    }

    [Fact]
    public void A_schedule_of_rho_that_is_none_is_refused()
    {
        using var model = Model();
        Assert.Equal(
            "teacher.rho_schedule",
            Assert.Throws<InputException>(() =>
                new TeacherFineTuner(Options, new TeacherOptions { Rho = 0.1, RhoSchedule = "cosine(11)" }).Run(Job(model))).Where);
    }
}
