using System.Text.Json;
using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>Fine-tunes a pretrained ViT on a data set's labels: plain, sharpness-aware, with reweighted MLP blocks, or both.</summary>
public sealed class TeacherFineTuner(TrainingOptions training, TeacherOptions options)
{
    /// <summary>Trains <paramref name="job"/>'s model in place; the reweighting is in force from before the first step and stays.</summary>
    /// <param name="job">The model and its batches; its loss, gradient and objective are set here.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">A policy cannot be read or does not fit the model, or rho is out of range.</exception>
    public TrainingResult Run(TrainingJob job, CancellationToken cancellationToken = default) => Run(job, null, cancellationToken);

    /// <summary>The same with something added to the loss.</summary>
    /// <param name="job">The model and its batches; its loss, gradient and objective are set here.</param>
    /// <param name="penalty">What is added; null is nothing. Not disposed.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">A policy cannot be read or does not fit the model, or rho is out of range.</exception>
    internal TrainingResult Run(TrainingJob job, TeacherPenalty? penalty, CancellationToken cancellationToken)
    {
        (SharpnessPolicy sharpness, SettingSchedule radius) = Parse(options);
        ReweightingPolicy.Parse(options.Reweighting).Apply(job.Model);
        var rates = CosineSchedule.Of(training, job.Train.BatchesPerEpoch);
        IGradientFunction Gradient(ParameterSet parameters) => options.Rho > 0
            ? sharpness.Create(job.Model, parameters, radius.Over(options.Rho, rates), options)
            : new PlainGradient(parameters);
        using var labels = new LabelLoss(training, job.Train.ClassCounts(job.Model.Options.NumClasses));
        Tensor Loss(ImageModel model, Batch batch, TrainingStep step)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor logits = Logits(model, batch.Inputs);
            Tensor loss = labels.Of(logits, batch);
            if (penalty is not null)
                loss = loss.Plus(penalty.Of(model, logits, batch, images => Logits(model, images)));
            return loss.MoveToOuterDisposeScope();
        }

        Tensor Logits(ImageModel model, Tensor images)
        {
            using (MixedPrecision.Enter(training, model))
                return model.call(model.Info.Normalization.Apply(images)).to(ScalarType.Float32);
        }

        string added = penalty is null ? string.Empty : $" {penalty.Identity}";
        string objective = $"teacher {JsonSerializer.Serialize(options, Json.Line)}{added}";
        return new Trainer(training).Run(
            job with { Gradient = Gradient, Loss = Loss, Objective = objective, BeginEpoch = penalty is null ? null : penalty.Begin },
            cancellationToken);
    }

    /// <summary>Refuses options that cannot be used with a model, so that it need not be found out when its turn comes.</summary>
    /// <param name="options">The teacher's.</param>
    /// <param name="model">timm's name.</param>
    /// <exception cref="InputException">A policy cannot be read or does not fit the model, or rho is out of range.</exception>
    internal static void RequireFit(TeacherOptions options, string model)
    {
        Parse(options);
        var policy = ReweightingPolicy.Parse(options.Reweighting);
        if (policy is ReweightingPolicy.None or ReweightingPolicy.Auto)
            return;
        _ = policy.Scales((ModelCatalogue.ShapeOf(model) ?? throw ReweightingPolicy.NoBlocks(model)).Depth);
    }

    /// <summary>Refuses options that contradict each other, which no model could be fine-tuned with.</summary>
    /// <exception cref="InputException">So it is, a policy cannot be read, or rho is out of range.</exception>
    internal static void RequireConsistent(TeacherOptions options) => Parse(options);

    private static (SharpnessPolicy Sharpness, SettingSchedule Radius) Parse(TeacherOptions options)
    {
        if (options.Rho is not (>= 0 and <= 10))
            throw new InputException(FormattableString.Invariant(
                $"SAM's radius rho is {options.Rho}; it must be between 0 (plain) and 10."), "rho", "0.02 to 0.2 is usual.");
        SharpnessPolicy sharpness = SharpnessPolicy.Parse(options.Sharpness);
        SettingSchedule radius = RadiusSchedule.Parse(options.RhoSchedule);
        if (options.MSharpness && !sharpness.AllowsMicroBatches)
        {
            throw new InputException(
                $"m-sharpness does not go with '{options.Sharpness}', which keeps one direction for the whole batch.",
                "teacher.m_sharpness", "Use it with sam or every(k).");
        }

        return (sharpness, radius);
    }
}
