using ReMem.Recipes.Plan;
using ReMem.Runtime;

namespace ReMem.Tests.Recipes.Plan;

public class StepTimerTests
{
    private static readonly PlanOptions Three = new() { Steps = 3, Window = 0, Seconds = 600 };

    [Fact]
    public void Ends_a_training_when_enough_steps_of_its_last_epoch_were_timed()
    {
        int steps = 0;
        double[] seconds = StepTimer.Time(Three, 1,
            (progress, cancellationToken) => Train(progress, cancellationToken, 1, 100, () => steps++), default);
        Assert.Equal(StepTimer.WarmUp + 3, steps);
        Assert.Single(seconds);

        steps = 0;
        seconds = StepTimer.Time(Three, 2, (progress, cancellationToken) => Train(progress, cancellationToken, 2, 10, () => steps++),
            default);
        Assert.Equal(10 + 1 + 3, steps);
        Assert.Equal(2, seconds.Length);
        Assert.All(seconds, s => Assert.True(s >= 0));
    }

    [Fact]
    public void The_slow_first_steps_do_not_count()
    {
        int steps = 0;
        double[] seconds = StepTimer.Time(Three, 1,
            (progress, cancellationToken) => Train(progress, cancellationToken, 1, 100, () => Thread.Sleep(++steps <= 2 ? 3000 : 1)),
            default);
        Assert.InRange(seconds[0], 0.0005, 1.5);
    }

    [Fact]
    public void Fast_steps_are_timed_for_a_while_after_a_while_of_warming_up()
    {
        int steps = 0;
        PlanOptions options = Three with { Window = 0.3 };
        double[] seconds = StepTimer.Time(options, 1,
            (progress, cancellationToken) => Train(progress, cancellationToken, 1, 10_000, () => Thread.Sleep(++steps <= 6 ? 25 : 5)),
            default);
        Assert.InRange(steps, 8, 200);
        Assert.InRange(seconds[0], 0.004, 0.024);
    }

    [Fact]
    public void A_training_of_a_single_step_is_timed_from_its_start()
    {
        double[] seconds = StepTimer.Time(Three, 1,
            (progress, cancellationToken) => Train(progress, cancellationToken, 1, 1, () => Thread.Sleep(20)), default);
        Assert.True(seconds[0] >= 0.015, $"{seconds[0]}");
    }

    [Fact]
    public void What_cancels_the_plan_comes_out()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            StepTimer.Time(Three, 1, (progress, cancellationToken) => Train(progress, cancellationToken, 1, 100, stop.Cancel), stop.Token));
    }

    private static void Train(IProgress<ProgressReport> progress, CancellationToken cancellationToken, int epochs, int batches, Action step)
    {
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            for (int batch = 1; batch <= batches; batch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                step();
                progress.Report(new StepProgress("x", epoch, epochs, batch, batches, 1, 0, 0));
            }

            progress.Report(new MessageProgress("x", $"epoch {epoch}"));
        }
    }
}
