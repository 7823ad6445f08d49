using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>The training loop of teachers and students: gradient function, clipping, optimiser, schedule, validation, checkpoint.</summary>
public sealed class Trainer(TrainingOptions options)
{
    private const int MaxConsecutiveSkips = 20;

    // Waiting for images beyond this share of the training time is worth advice.
    private const double MaxWaiting = 0.1;

    /// <summary>
    /// Trains to the end, from the checkpoint where one stands. The result is a function of the job, however often it was interrupted.
    /// </summary>
    /// <exception cref="InputException">An option is out of range, the split is too small,
    /// or the checkpoint belongs to another training.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the last epoch's checkpoint stands.</exception>
    /// <exception cref="ReMemException">It diverged: the gradient stayed non-finite, or a weight, a running statistic, an average, the
    /// optimiser's state or the validation loss became so. Step and tensor are named; the last good epoch's checkpoint stands.</exception>
    public TrainingResult Run(TrainingJob job, CancellationToken cancellationToken = default)
    {
        DataOptions.Validate(options, "training");
        MixedPrecision.Require(options.Precision, "training.precision");
        options.RequireConsistent(job.Stage);
        if (options.Keep == KeepPolicy.Best && job.Validate is null)
            throw new InputException("The best epoch is unknown without a validation.", job.Stage,
                "Use keep: last, or give the training a validation.");
        Progression? sizes = Progression.Of(options, job.Model, job.Train.View.Size);
        using FrozenPart frozen = FrozenPart.Of(job.Model, options.Freeze);
        using IDisposable? memory = job.Model.UseGradCheckpointing(options.GradCheckpointing);
        using var parameters = new ParameterSet(job.Model, job.Auxiliary);
        using Optimizer optimizer = Optimizer.Create(options, parameters);
        IGradientFunction gradient = job.Gradient?.Invoke(parameters) ?? new PlainGradient(parameters);
        using var held = gradient as IDisposable;
        int batches = job.Train.BatchesPerEpoch;
        if (batches == 0)
            throw new InputException($"The training split is smaller than one batch of {options.BatchSize}.", job.Stage,
                "Lower training.batch_size.");
        var schedule = CosineSchedule.Of(options, batches);
        var checkpoint = job.CheckpointPath is null ? null : new TrainingCheckpoint(job.CheckpointPath, Fingerprint(job, batches));
        using var kept = new KeptWeights(options, job.Model, parameters);
        using var rates = new LayerRates(job.Model, parameters, options.LayerDecay);
        var parts = new Parts(parameters, optimizer, gradient, schedule, kept, rates, frozen, sizes);
        KeyValuePair<string, Tensor>[] state = [.. kept.State,
            .. gradient.State.Select(entry => KeyValuePair.Create("gradient." + entry.Key, entry.Value))];
        TrainingResult done = checkpoint?.TryResume(job.Model, optimizer, job.Auxiliary, state) ?? new TrainingResult([], 0, 0, 0);
        if (checkpoint?.Difference is { } difference)
            job.Progress?.Report(new MessageProgress(job.Stage, difference));
        TrainingEnd? end;
        while ((end = kept.End(done.Epochs)) is null)
        {
            done = RunEpoch(job, done, parts, state, cancellationToken);
            checkpoint?.Save(job.Model, optimizer, done, job.Auxiliary, state);
        }

        done = kept.Finish(done, end.Value);
        job.Model.eval();
        ProcessTuning.ReturnFreed();
        TellEnd(job, done);
        return done;
    }

    /// <summary>Refuses options that cannot be used with a model, so that it need not be found out when its turn comes.</summary>
    /// <exception cref="InputException">It has no such part to freeze, or takes one image size only.</exception>
    internal static void RequireFit(TrainingOptions options, ImageModel model)
    {
        Progression.Of(options, model, model.ImageSize);
        FrozenPart.Of(model, options.Freeze).Dispose();
    }

    /// <summary>All that the result is a function of, as far as it is known without reading the images.</summary>
    private string Fingerprint(TrainingJob job, int batches)
    {
        string model = $"{job.Model.Info.Name} {JsonSerializer.Serialize(job.Model.Options, Json.Line)}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{JsonSerializer.Serialize(options, Json.Line)} {job.Objective}; {model}; "
                + $"seed {job.Seed}, {job.Train.Count} images in {batches} batches");
    }

    private TrainingResult RunEpoch(
        TrainingJob job, TrainingResult done, Parts parts, KeyValuePair<string, Tensor>[] state, CancellationToken cancellationToken)
    {
        (ParameterSet parameters, Optimizer optimizer, IGradientFunction gradient, CosineSchedule schedule, KeptWeights kept,
            LayerRates rates, FrozenPart frozen, Progression? sizes) = parts;
        var clock = Stopwatch.StartNew();
        TimeSpan waitedBefore = job.Train.Waited;
        int epoch = done.Epochs.Count;
        int batches = job.Train.BatchesPerEpoch;
        double lossSum = 0, riseSum = 0, rate = 0;
        int counted = 0, risen = 0, skipped = 0, consecutive = 0, batchIndex = 0;
        Tensor[] buffers = [.. job.Model.named_buffers().Select(b => b.buffer)];
        job.BeginEpoch?.Invoke(job.Model);
        job.Model.train();
        frozen.SetEval();
        foreach (Batch batch in job.Train.Epoch(epoch, viewEpoch: job.ViewEpoch?.Invoke(epoch), size: sizes?.At(epoch),
            keepFull: job.FullViews))
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                long step = ((long)epoch * batches) + batchIndex++;
                rate = schedule.At(step);
                // Masks are a function of the step, so that a resumed run draws the same ones.
                manual_seed((long)new CounterRandom(job.Seed, "step", epoch, step).NextUInt32());
                Tensor[] before = [.. buffers.Select(b => b.clone())];
                GradientResult result = gradient.Compute(step,
                    MicroBatches.Losses(job, batch, new TrainingStep(epoch, step, schedule.TotalSteps), options.Accumulate));
                if (!result.IsFinite)
                {
                    // BatchNorm's running statistics have met the broken batch, and would never forget a NaN.
                    Restore(buffers, before);
                    skipped++;
                    if (++consecutive >= Math.Min(MaxConsecutiveSkips, batches))
                        throw new Divergence(job, done.Epochs.Count, step).Stuck(consecutive, result, parameters);
                    continue;
                }

                consecutive = 0;
                GradientNorm.Clip(parameters, result.GradientNorm, options.ClipGrad);
                rates.Step(optimizer, rate);
                kept.Follow(optimizer.Steps);
                lossSum += result.Loss;
                riseSum += result.Rise ?? 0;
                risen += result.Rise is null ? 0 : 1;
                counted++;
                Tick(job, done, epoch, batchIndex, batches, lossSum / counted, clock);
            }
        }

        double trained = clock.Elapsed.TotalSeconds, waited = (job.Train.Waited - waitedBefore).TotalSeconds;
        var divergence = new Divergence(job, done.Epochs.Count, ((long)(epoch + 1) * batches) - 1);
        divergence.RequireFinite(TrainingCheckpoint.State(job.Model, optimizer, job.Auxiliary, state), parameters);
        (double Top1, double Loss)? validation = null;
        if (job.Validate is not null && ((epoch + 1) % options.ValidateEvery == 0 || epoch + 1 == options.Epochs))
        {
            job.Model.eval();
            validation = kept.Validate(() =>
            {
                (double Top1, double Loss) found = divergence.RequireFinite(job.Validate(job.Model));
                job.Validated?.Invoke(job.Model, epoch + 1);
                return found;
            }, done.Epochs);
        }

        var record = new EpochRecord(
            epoch + 1, lossSum / Math.Max(1, counted), riseSum / Math.Max(1, risen), rate, validation?.Top1, validation?.Loss,
            clock.Elapsed.TotalSeconds, waited)
        {
            TeacherWeight = job.TeacherWeight?.Invoke(((long)(epoch + 1) * batches) - 1),
        };
        Report(job, record);
        if (waited > MaxWaiting * trained)
            job.Progress?.Report(new MessageProgress(job.Stage, DataAdvice(waited / trained)));
        return new TrainingResult([.. done.Epochs, record], optimizer.Steps, done.SkippedSteps + skipped, done.Seconds + record.Seconds);
    }

    private static string DataAdvice(double share) =>
        FormattableString.Invariant($"{100 * share:0} % of the training time was spent waiting for images: ")
        + "give more threads, or pack the images once near the training size on a local disk (remem data pack), "
        + "so that they fit in memory once decoded";

    private static void Restore(Tensor[] buffers, Tensor[] before)
    {
        using var guard = no_grad();
        for (int i = 0; i < buffers.Length; i++)
            buffers[i].copy_(before[i]);
    }

    private void Tick(TrainingJob job, TrainingResult done, int epoch, int batch, int batches, double loss, Stopwatch clock)
    {
        if (job.Progress is null)
            return;
        double seconds = clock.Elapsed.TotalSeconds;
        double images = (double)batch * options.BatchSize / seconds;
        double left = (((double)options.Epochs - epoch) * batches - batch) * (seconds / batch);
        job.Progress.Report(new StepProgress(job.Stage, epoch + 1, options.Epochs, batch, batches, loss, images, left));
    }

    private void TellEnd(TrainingJob job, TrainingResult done)
    {
        if (options.Keep == KeepPolicy.Last && done.End == TrainingEnd.AllEpochs)
            return;
        string stopped = done.End == TrainingEnd.NoImprovement
            ? $"stopped after epoch {done.Epochs.Count}: no improvement for {options.Patience} epochs; "
            : string.Empty;
        job.Progress?.Report(new MessageProgress(job.Stage, $"{stopped}kept epoch {done.KeptEpoch} of {done.Epochs.Count}"));
    }

    private void Report(TrainingJob job, EpochRecord r) => job.Progress?.Report(new EpochProgress(job.Stage, r, options.Epochs));

    /// <summary>What a training steps with.</summary>
    private sealed record Parts(
        ParameterSet Parameters, Optimizer Optimizer, IGradientFunction Gradient, CosineSchedule Schedule, KeptWeights Kept,
        LayerRates Rates, FrozenPart Frozen, Progression? Sizes);
}
