using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

/// <summary>What a step and an epoch do, and what they do when a step goes wrong.</summary>
[Collection(TorchGenerator.Name)]
public class TrainerTests
{
    [Theory]
    [InlineData(Vit, OptimizerKind.Adamw, 1e-3)]
    [InlineData(Convolutional, OptimizerKind.Sgd, 0.05)]
    public void The_loss_falls(string name, OptimizerKind optimizer, double rate)
    {
        using ImageModel model = Model(name);
        TrainingResult result = new Trainer(Options with { Epochs = 5, Optimizer = optimizer, Lr = rate }).Run(Job(model));
        Assert.Equal([1, 2, 3, 4, 5], result.Epochs.Select(e => e.Epoch));
        Assert.True(result.Epochs[^1].TrainLoss < 0.6 * result.Epochs[0].TrainLoss,
            string.Join(" ", result.Epochs.Select(e => e.TrainLoss)));
        Assert.Equal((15, 0), (result.Steps, result.SkippedSteps));
    }

    [Theory]
    [InlineData(Vit, OptimizerKind.Adamw, 1e-3)]
    [InlineData(Convolutional, OptimizerKind.Sgd, 0.05)]
    public void With_all_extras_off_it_is_the_plain_loop_bit_for_bit(string name, OptimizerKind optimizer, double rate)
    {
        TrainingOptions options = Options with { Optimizer = optimizer, Lr = rate };
        using ImageModel model = Model(name), plain = Model(name), spelled = Model(name);
        new Trainer(options).Run(Job(model));
        var parameters = new ParameterSet(plain);
        using Optimizer steps = Optimizer.Create(options, parameters);
        var gradient = new PlainGradient(parameters);
        plain.train();
        int step = 0;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            foreach (Batch batch in Loader().Epoch(epoch))
            {
                GradientResult result = gradient.Compute(() => CrossEntropy(plain, batch, default));
                GradientNorm.Clip(parameters, result.GradientNorm, options.ClipGrad);
                steps.Step(new CosineSchedule(rate, 9, 1, options.MinLrRatio).At(step++));
                batch.Dispose();
            }
        }

        AssertSame(plain, model);
        TrainingOptions off = options with { EmaDecay = 0, Keep = KeepPolicy.Last, Patience = 0, LayerDecay = 1, Freeze = "none" };
        new Trainer(off).Run(Job(spelled));
        AssertSame(plain, spelled);
    }

    [Fact]
    public void Validation_comes_every_so_often_and_last_in_eval_mode()
    {
        using ImageModel model = Model(Convolutional);
        var seen = new List<bool>();
        TrainingResult result = new Trainer(Options with { Epochs = 5, ValidateEvery = 2 }).Run(Job(model) with
        {
            Validate = m =>
            {
                seen.Add(m.training);
                return (0.25, 1.5);
            },
            Loss = (m, batch, at) =>
            {
                Assert.True(m.training);
                return CrossEntropy(m, batch, at);
            },
        });
        Assert.Equal([false, false, false], seen);
        Assert.Equal([null, 0.25, null, 0.25, 0.25], result.Epochs.Select(e => e.ValidationTop1));
        Assert.Equal([null, 1.5, null, 1.5, 1.5], result.Epochs.Select(e => e.ValidationLoss));
        Assert.False(model.training);
    }

    [Fact]
    public void Clipping_bounds_the_step()
    {
        using ImageModel model = Model(Convolutional);
        using var scope = NewDisposeScope();
        var parameters = new ParameterSet(model);
        Tensor before = parameters.Values();
        TrainingOptions options = Options with
        {
            Epochs = 1,
            Optimizer = OptimizerKind.Sgd,
            Momentum = 0,
            WeightDecay = 0,
            Lr = 0.5,
            WarmupEpochs = 0,
            ClipGrad = 1e-2,
        };
        new Trainer(options).Run(Job(model) with { Train = Loader(count: 4) });
        Assert.Equal(0.5 * 1e-2, (parameters.Values() - before).norm().item<float>(), 1e-5);
    }

    [Fact]
    public void The_rate_is_the_schedules_at_the_epochs_end()
    {
        using ImageModel model = Model(Convolutional);
        TrainingResult result = new Trainer(Options).Run(Job(model));
        var schedule = new CosineSchedule(Options.Lr, 9, 1, Options.MinLrRatio);
        Assert.Equal([schedule.At(2), schedule.At(5), schedule.At(8)], result.Epochs.Select(e => e.LearningRate));
    }

    [Fact]
    public void Views_come_from_the_epoch_that_is_asked_for()
    {
        using ImageModel model = Model(Convolutional);
        using var scope = NewDisposeScope();
        var seen = new List<(int Epoch, int Index, Tensor Image)>();
        new Trainer(Options with { Epochs = 2 }).Run(Job(model) with
        {
            ViewEpoch = _ => 6,
            Loss = (m, batch, at) =>
            {
                for (int i = 0; i < batch.Count; i++)
                    seen.Add((at.Epoch, batch.Indices[i], batch.Images[i].clone().DetachFromDisposeScope()));
                return CrossEntropy(m, batch, at);
            },
        });
        foreach ((int _, int index, Tensor first) in seen.Where(s => s.Epoch == 0))
            Assert.True(Goldens.Same(first, seen.Single(s => s.Epoch == 1 && s.Index == index).Image));
        Assert.NotEqual(seen.Where(s => s.Epoch == 0).Select(s => s.Index), seen.Where(s => s.Epoch == 1).Select(s => s.Index));
        foreach ((int _, int _, Tensor image) in seen)
            image.Dispose();
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.05)]
    public void A_step_that_is_not_finite_is_left_out_and_leaves_no_trace(double rho)
    {
        using ImageModel poisoned = Model(Convolutional), untouched = Model(Convolutional);
        // Poisoned images, not merely a poisoned loss: BatchNorm's running statistics meet them too.
        TrainingResult result = Train(poisoned, (m, batch) =>
            nn.functional.cross_entropy(m.call(batch.Images.to(ScalarType.Float32) * float.NaN), batch.Labels));
        Assert.Equal((5, 1), (result.Steps, result.SkippedSteps));
        AssertSame(result, Train(untouched, (m, _) => First(m).sum() * double.NaN));
        AssertSame(untouched, poisoned);

        TrainingResult Train(ImageModel trained, Func<ImageModel, Batch, Tensor> poison)
        {
            Batch? victim = null;
            return new Trainer(Options with { Epochs = 2 }).Run(Job(trained) with
            {
                Loss = (m, batch, at) =>
                {
                    // The first batch of the second epoch, in both of SAM's passes.
                    victim ??= at.Epoch == 1 ? batch : null;
                    return ReferenceEquals(batch, victim) ? poison(m, batch) : CrossEntropy(m, batch, at);
                },
                Gradient = rho > 0 ? p => new SharpnessAwareGradient(trained, p, rho) : null,
            });
        }
    }

    [Fact]
    public void Skipped_steps_do_not_count_in_the_means()
    {
        using ImageModel model = Model(Convolutional);
        int step = 0;
        TrainingResult result = new Trainer(Options with { Epochs = 1, Lr = 1e-9 }).Run(Job(model) with
        {
            Loss = (m, batch, _) => step++ == 1 ? First(m).sum() * double.PositiveInfinity : (First(m).sum() * 0) + 2,
        });
        Assert.Equal(2, result.Epochs[0].TrainLoss);
        Assert.Equal((2, 1), (result.Steps, result.SkippedSteps));
    }

    [Fact]
    public void Twenty_steps_in_a_row_stop_it_and_the_last_epoch_can_be_resumed()
    {
        using var folder = new TemporaryFolder();
        using ImageModel whole = Model(Convolutional), model = Model(Convolutional), resumed = Model(Convolutional, seed: 77);
        TrainingResult expected = Train(whole, null, CrossEntropy);
        ReMemException error = Assert.Throws<ReMemException>(() => Train(
            model, folder.File("state"), (m, batch, at) => at.Epoch == 0 ? CrossEntropy(m, batch, at) : First(m).sum() * double.NaN));
        // 24 steps an epoch: the twentieth of the second is step 43, counted from 0.
        Assert.Contains("20 steps in a row had a non-finite gradient, up to step 43", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal("tiny", error.Where);
        AssertSame(expected, Train(resumed, folder.File("state"), CrossEntropy));
        AssertSame(whole, resumed);

        static TrainingResult Train(ImageModel trained, string? checkpoint, Func<ImageModel, Batch, TrainingStep, Tensor> loss) =>
            new Trainer(Options with { Epochs = 2, BatchSize = 1 }).Run(Job(trained,
                checkpoint) with
            { Train = Loader(24, batch: 1), Loss = loss });
    }

    [Fact]
    public void An_epoch_without_a_finite_step_stops_it_too()
    {
        using ImageModel model = Model(Convolutional);
        ReMemException error = Assert.Throws<ReMemException>(() =>
            new Trainer(Options).Run(Job(model) with { Loss = (m, _, _) => First(m).sum() * double.NaN }));
        Assert.Contains("3 steps in a row had a non-finite gradient, up to step 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_smaller_than_a_batch_is_refused()
    {
        using ImageModel model = Model(Convolutional);
        InputException error = Assert.Throws<InputException>(() => new Trainer(Options).Run(Job(model) with { Train = Loader(3) }));
        Assert.Contains("smaller than one batch of 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tensor_that_is_not_finite_is_named()
    {
        using ImageModel model = Model(Convolutional);
        using (no_grad())
            model.state_dict()["layer2.0.conv1.weight"].fill_(float.NaN);
        ReMemException error = Assert.Throws<ReMemException>(() =>
            new Trainer(Options with { BatchSize = 1 }).Run(Job(model) with
            {
                Train = Loader(24, batch: 1),
                Loss = (m, _, _) => First(m).sum() * double.NaN,
            }));
        Assert.Contains("'layer2.0.conv1.weight'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Vit, 0.0)]
    [InlineData(Convolutional, 0.05)]
    public void Steps_leave_no_tensor_behind(string name, double rho)
    {
        CollectGarbage();
        using ImageModel model = Model(name, dropPath: 0.2);
        var counts = new List<long>();
        new TeacherFineTuner(Options with { Epochs = 4 }, new TeacherOptions { Rho = rho }).Run(Job(model) with
        {
            Validate = _ =>
            {
                counts.Add(Tensor.TotalCount);
                return (0, 0);
            },
        });
        TensorCount.HasNotGrown(counts[1], counts[3]);
    }

    [Fact]
    public void Progress_counts_up_and_the_time_left_comes_to_nothing()
    {
        using ImageModel model = Model(Convolutional);
        var reports = new List<ProgressReport>();
        new Trainer(Options).Run(Job(model, progress: new Watcher(reports.Add)));
        StepProgress[] ticks = [.. reports.OfType<StepProgress>()];
        Assert.Equal(9, ticks.Length);
        Assert.Equal([1, 2, 3, 1, 2, 3, 1, 2, 3], ticks.Select(r => r.Batch));
        Assert.All(ticks, r => Assert.Equal(("tiny", 3, 3), (r.Stage, r.Epochs, r.Batches)));
        Assert.Equal(0, ticks[^1].SecondsLeft);
        EpochProgress[] epochs = [.. reports.OfType<EpochProgress>()];
        Assert.Equal([1, 2, 3], epochs.Select(e => e.Record.Epoch));
        Assert.All(epochs, e => Assert.StartsWith($"epoch {e.Record.Epoch}/3: loss ", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_out_of_range_are_refused_before_any_step()
    {
        using ImageModel model = Model(Convolutional);
        foreach ((string name, TrainingOptions options) in new[]
        {
            ("Epochs", Options with { Epochs = 0 }),
            ("Lr", Options with { Lr = double.NaN }),
            ("Momentum", Options with { Momentum = 1 }),
            ("Optimizer", Options with { Optimizer = (OptimizerKind)9 }),
            ("ValidateEvery", Options with { ValidateEvery = 0 }),
        })
        {
            InputException error = Assert.Throws<InputException>(() =>
                new Trainer(options).Run(Job(model) with { Loss = (_, _, _) => throw new InvalidOperationException() }));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    private static Tensor First(ImageModel model) => model.parameters().First();
}
