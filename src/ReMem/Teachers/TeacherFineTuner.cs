using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>What makes a teacher remember.</summary>
public sealed record TeacherOptions
{
    /// <summary>SAM's radius, 0 (the plain gradient) to 10. Default 0.</summary>
    [Range(0.0, 10)]
    public double Rho { get; init; }

    /// <summary>Whether the radius scales with each weight (ASAM). Default false.</summary>
    public bool Adaptive { get; init; }

    /// <summary>"none", "top(k,b)", "ramp(b)" and so on: see <see cref="ReweightingPolicy"/>. Default none.</summary>
    public string Reweighting { get; init; } = "none";
}

/// <summary>Fine-tunes a pretrained ViT on a data set's labels: plain, sharpness-aware, with reweighted MLP blocks, or both.</summary>
public sealed class TeacherFineTuner(TrainingOptions training, TeacherOptions options)
{
    /// <summary>Trains <paramref name="job"/>'s model in place; the reweighting is in force from before the first step and stays.</summary>
    /// <param name="job">The model and its batches; its loss, gradient and objective are set here.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="InputException">The policy does not fit the model, or rho is out of range.</exception>
    public TrainingResult Run(TrainingJob job, CancellationToken cancel = default)
    {
        if (options.Rho is not (>= 0 and <= 10))
            throw new InputException(FormattableString.Invariant($"SAM's radius rho is {options.Rho}; it must be between 0 (plain) and 10."), "rho", "0.02 to 0.2 is usual.");
        ReweightingPolicy.Parse(options.Reweighting).Apply(job.Model);
        IGradientFunction Gradient(ParameterSet parameters) => options.Rho > 0
            ? new SharpnessAwareGradient(job.Model, parameters, options.Rho, options.Adaptive)
            : new PlainGradient(parameters);
        using var labels = new LabelLoss(training, job.Train.ClassCounts(job.Model.Options.NumClasses));
        Tensor Loss(ImageModel model, Batch batch, int epoch)
        {
            using DisposeScope scope = NewDisposeScope();
            return labels.Of(model.call(model.Info.Normalization.Apply(batch.Inputs)), batch).MoveToOuterDisposeScope();
        }

        string objective = $"teacher {JsonSerializer.Serialize(options, Json.Line)}";
        return new Trainer(training).Run(job with { Gradient = Gradient, Loss = Loss, Objective = objective }, cancel);
    }
}
