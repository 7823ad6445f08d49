using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

/// <summary>The moving average and the best epoch, each against weights that a loop of the test's own kept.</summary>
[Collection(TorchGenerator.Name)]
public class KeptWeightsTests
{
    private static readonly double[] Scores = [0.2, 0.6, 0.4, 0.5, 0.5, 0.5];
    private static readonly TrainingOptions Best = Options with { Epochs = 6, Keep = KeepPolicy.Best };

    [Theory]
    [InlineData(0.9, 1, 0)]
    [InlineData(0.9, 2, 0.37003947505256345)]
    [InlineData(0.9, 8, 0.75)]
    [InlineData(0.9, 1000, 0.9)]
    [InlineData(0.99999, 1000, 0.99)]
    public void The_decay_warms_up(double decay, long step, double expected) =>
        Assert.Equal(expected, KeptWeights.DecayAt(decay, step), 1e-12);

    [Theory]
    [InlineData(Convolutional)]
    [InlineData(Vit)]
    public void The_average_is_the_recursion_over_every_step_and_leaves_the_training_alone(string name)
    {
        using var scope = NewDisposeScope();
        using ImageModel plain = Model(name), averaged = Model(name);
        List<double[]> states = [];
        TrainingResult expected = new Trainer(Options).Run(Recording(plain, states));
        states.Add(State(plain));
        TrainingResult result = new Trainer(Options with { EmaDecay = 0.6 }).Run(Job(averaged));
        AssertSame(expected, result);
        Assert.Equal(10, states.Count);
        double[] average = states[1];
        for (int step = 2; step <= 9; step++)
        {
            double decay = Math.Min(0.6, 1 - Math.Pow(step, -2.0 / 3));
            average = [.. average.Zip(states[step], (a, w) => (decay * a) + ((1 - decay) * w))];
        }

        double[] kept = State(averaged);
        Assert.True(average.Zip(kept, (a, b) => Math.Abs(a - b)).Max() < 1e-5);
        Assert.True(states[9].Zip(kept, (a, b) => Math.Abs(a - b)).Max() > 1e-4);
    }

    [Fact]
    public void What_is_validated_is_the_average_and_training_goes_on_without_it()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model(Convolutional), plain = Model(Convolutional);
        List<double[]> validated = [], trained = [], expected = [];
        new Trainer(Options).Run(Recording(plain, expected));
        new Trainer(Options with { EmaDecay = 0.9 }).Run(Recording(model, trained) with
        {
            Validate = m =>
            {
                validated.Add(State(m));
                return (0, 0);
            },
        });
        Assert.All(expected.Zip(trained), pair => Assert.True(Same(pair.First, pair.Second)));
        Assert.True(Same(validated[^1], State(model)));
        Assert.False(Same(trained[3], validated[0]));
    }

    [Fact]
    public void Counters_are_copied_not_averaged()
    {
        using ImageModel model = Model(Convolutional);
        new Trainer(Options with { EmaDecay = 0.99 }).Run(Job(model));
        Assert.Equal(9, model.state_dict()["bn1.num_batches_tracked"].item<long>());
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.8)]
    public void The_best_epoch_is_what_is_left(double decay)
    {
        using ImageModel model = Model(Convolutional);
        List<double[]> seen = [];
        TrainingResult result = new Trainer(Best with { EmaDecay = decay }).Run(Job(model) with { Validate = Scripted(seen) });
        Assert.Equal((2, TrainingEnd.AllEpochs, 6), (result.KeptEpoch, result.End, result.Epochs.Count));
        Assert.True(Same(seen[1], State(model)));
        Assert.False(Same(seen[5], seen[1]));
        Assert.False(model.training);
    }

    [Fact]
    public void The_last_epoch_is_what_is_left_unless_asked_otherwise()
    {
        using ImageModel model = Model(Convolutional);
        List<double[]> seen = [];
        TrainingResult result = new Trainer(Best with { Keep = KeepPolicy.Last }).Run(Job(model) with { Validate = Scripted(seen) });
        Assert.Equal((6, TrainingEnd.AllEpochs), (result.KeptEpoch, result.End));
        Assert.True(Same(seen[5], State(model)));
    }

    [Theory]
    [InlineData(MonitoredScore.Top1, 1, 3, 2)]
    [InlineData(MonitoredScore.Top1, 3, 5, 2)]
    [InlineData(MonitoredScore.Loss, 2, 6, 4)]
    public void Patience_ends_it(MonitoredScore monitor, int patience, int epochs, int kept)
    {
        using ImageModel model = Model(Convolutional);
        List<double[]> seen = [];
        List<string> messages = [];
        var watcher = new Watcher(r => messages.Add(r.Message ?? string.Empty));
        TrainingResult result = new Trainer(Best with { Patience = patience, Monitor = monitor }).Run(Job(model,
            progress: watcher) with
        { Validate = Scripted(seen) });
        TrainingEnd end = kept + patience <= 6 ? TrainingEnd.NoImprovement : TrainingEnd.AllEpochs;
        Assert.Equal((epochs, kept, end), (result.Epochs.Count, result.KeptEpoch, result.End));
        Assert.True(Same(seen[kept - 1], State(model)));
        Assert.Equal(end == TrainingEnd.NoImprovement,
            messages[^1].Contains($"stopped after epoch {epochs}: no improvement for {patience} epochs", StringComparison.Ordinal));
        Assert.EndsWith($"kept epoch {kept} of {epochs}", messages[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MonitoredScore.Top1, 0.5, 1.0, 0.4, 0.1, true)]
    [InlineData(MonitoredScore.Top1, 0.5, 1.0, 0.5, 1.1, true)]
    [InlineData(MonitoredScore.Top1, 0.5, 1.0, 0.5, 1.0, false)]
    [InlineData(MonitoredScore.Top1, 0.5, double.NaN, 0.5, 1.0, false)]
    [InlineData(MonitoredScore.Loss, 0.4, 1.0, 0.9, 1.1, true)]
    [InlineData(MonitoredScore.Loss, 0.9, double.NaN, 0.4, 9.0, false)]
    [InlineData(MonitoredScore.Loss, 0.4, 9.0, 0.9, double.PositiveInfinity, true)]
    public void One_epoch_is_better_than_another(MonitoredScore monitor, double top1, double loss, double otherTop1, double otherLoss,
        bool better)
    {
        Assert.Equal(better, KeptWeights.IsBetter(Record(top1, loss), Record(otherTop1, otherLoss), monitor));
        static EpochRecord Record(double top1, double loss) => new(1, 0, 0, 0, top1, loss, 0);
    }

    [Theory]
    [InlineData(0.9, KeepPolicy.Best, 0, 5)]
    [InlineData(0.0, KeepPolicy.Best, 2, 7)]
    [InlineData(0.9, KeepPolicy.Best, 2, 7)]
    public void An_interrupted_training_ends_with_the_same_bits(double decay, KeepPolicy keep, int patience, int stop)
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Best with { EmaDecay = decay, Keep = keep, Patience = patience };
        using ImageModel whole = Model(Convolutional), stopped = Model(Convolutional), resumed = Model(Convolutional, seed: 77),
            again = Model(Convolutional, seed: 78);
        TrainingResult expected = Run(whole, null, null);
        Assert.Throws<OperationCanceledException>(() => Run(stopped, folder.File("state"), stop));
        foreach (ImageModel model in new[] { resumed, again })
        {
            TrainingResult result = Run(model, folder.File("state"), null);
            AssertSame(expected, result);
            Assert.Equal((expected.KeptEpoch, expected.End), (result.KeptEpoch, result.End));
            AssertSame(whole, model);
        }

        TrainingResult Run(ImageModel model, string? checkpoint, int? end)
        {
            using var cancellationToken = new CancellationTokenSource();
            int steps = 0;
            var watcher = new Watcher(report =>
            {
                if (report is StepProgress && ++steps == end)
                    cancellationToken.Cancel();
            });
            // A score that is a function of the weights and has its best in the middle.
            return new Trainer(options).Run(
                Job(model, checkpoint, watcher) with { Validate = m => (0.5, Math.Sin(200 * State(m).Sum(Math.Abs))) },
                cancellationToken.Token);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_checkpoint_without_the_average_is_refused(bool averaged)
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Model(Convolutional);
        TrainingOptions one = Options with { Epochs = 1 };
        new Trainer(one with { EmaDecay = averaged ? 0.9 : 0 }).Run(Job(model, folder.File("state")));
        foreach (TrainingOptions other in new[] { one with { EmaDecay = 0.5 }, one with { EmaDecay = averaged ? 0 : 0.9 },
            one with { EmaDecay = averaged ? 0.9 : 0, Keep = KeepPolicy.Best } })
        {
            InputException error = Assert.Throws<InputException>(() =>
                new Trainer(other).Run(Job(model, folder.File("state")) with { Validate = _ => (0, 0) }));
            Assert.Contains("other options", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_step_that_is_not_finite_does_not_reach_the_average()
    {
        using ImageModel poisoned = Model(Convolutional), untouched = Model(Convolutional);
        Train(poisoned, (m, batch) => nn.functional.cross_entropy(m.call(batch.Images.to(ScalarType.Float32) * float.NaN), batch.Labels));
        Train(untouched, (m, _) => m.parameters().First().sum() * double.NaN);
        AssertSame(untouched, poisoned);
        Assert.True(State(poisoned).All(double.IsFinite));

        static void Train(ImageModel model, Func<ImageModel, Batch, Tensor> poison)
        {
            int step = 0;
            TrainingResult result = new Trainer(Options with { Epochs = 2, EmaDecay = 0.9 }).Run(Job(model) with
            {
                Loss = (m, batch, at) => step++ == 4 ? poison(m, batch) : CrossEntropy(m, batch, at),
            });
            Assert.Equal((5, 1), (result.Steps, result.SkippedSteps));
        }
    }

    [Fact]
    public void A_validation_that_throws_leaves_the_trained_weights()
    {
        using ImageModel model = Model(Convolutional);
        List<double[]> trained = [];
        double[] averaged = [];
        Assert.Throws<InvalidOperationException>(() =>
            new Trainer(Options with { EmaDecay = 0.9, Epochs = 2, ValidateEvery = 1 }).Run(Recording(model, trained) with
            {
                Validate = m =>
                {
                    averaged = State(m);
                    throw new InvalidOperationException();
                },
            }));
        Assert.False(Same(averaged, State(model)));
    }

    [Fact]
    public void Nonsense_is_refused_before_any_step()
    {
        using ImageModel model = Model(Convolutional);
        foreach ((TrainingOptions options, string message) in new[]
        {
            (Options with { EmaDecay = 1 }, "EmaDecay"),
            (Options with { EmaDecay = -0.1 }, "EmaDecay"),
            (Options with { Keep = (KeepPolicy)9 }, "Keep"),
            (Options with { Keep = KeepPolicy.Best, Monitor = (MonitoredScore)9 }, "Monitor"),
            (Options with { Keep = KeepPolicy.Best, Patience = -1 }, "Patience"),
            (Options with { Patience = 3 }, "With patience 3 and keep 'last'"),
            (Options with { Keep = KeepPolicy.Best }, "is unknown without a validation"),
        })
        {
            InputException error = Assert.Throws<InputException>(() =>
                new Trainer(options).Run(Job(model) with { Loss = (_, _, _) => throw new InvalidOperationException() }));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        CollectGarbage();
        using ImageModel model = Model(Convolutional);
        TrainingOptions options = Best with { EmaDecay = 0.9, Epochs = 1 };
        Once();
        long before = Tensor.TotalCount;
        Once();
        TensorCount.HasNotGrown(before, Tensor.TotalCount);

        void Once() => new Trainer(options).Run(Job(model) with { Validate = _ => (0, 0) });
    }

    /// <summary>Losses fall until the fourth epoch.</summary>
    private static Func<ImageModel, (double Top1, double Loss)> Scripted(List<double[]> seen) => m =>
    {
        seen.Add(State(m));
        return (Scores[seen.Count - 1], Math.Abs(4 - seen.Count));
    };

    /// <summary>Notes the weights that every step starts from.</summary>
    private static TrainingJob Recording(ImageModel model, List<double[]> states) => Job(model) with
    {
        Loss = (m, batch, at) =>
        {
            states.Add(State(m));
            return CrossEntropy(m, batch, at);
        },
    };

    private static bool Same(double[] a, double[] b) => a.AsSpan().SequenceEqual(b);

    private static double[] State(ImageModel model)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        return cat([.. model.state_dict().Values.Where(t => t.is_floating_point()).Select(t => t.flatten())]).to(ScalarType.Float64)
            .data<double>().ToArray();
    }
}
