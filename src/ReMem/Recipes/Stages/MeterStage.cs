using System.Diagnostics;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;

namespace ReMem.Recipes.Stages;

/// <summary>Measures what a teacher's outputs keep of the image: leaves that with the teacher, and is skipped where it is there.</summary>
/// <param name="context">What the stages share.</param>
internal sealed class MeterStage(StageContext context)
{
    /// <summary>Measures a teacher, or reads what an earlier run left.</summary>
    /// <param name="teacher">Of the data set's classes.</param>
    /// <param name="options">The budget.</param>
    public MeterResult Run(FinishedTeacher teacher, InformationMeterOptions options)
    {
        if (teacher.Folder.TryReadMeter() is { } done)
            return done;
        MeterResult result = Measure(teacher.Model, options, teacher.Folder.Name, teacher.Test);
        teacher.Folder.WriteMeter(result);
        return result;
    }

    /// <summary>Measures a model: the decoder learns on training and unlabelled images and is judged on the test split.</summary>
    /// <param name="model">Of the data set's classes.</param>
    /// <param name="options">The budget.</param>
    /// <param name="stage">Named in progress.</param>
    /// <param name="known">What it answers on the test split, not disposed; null where that is not known.</param>
    public MeterResult Measure(ImageModel model, InformationMeterOptions options, string stage, ModelOutputs? known = null)
    {
        context.Report(stage, "measuring I_hat");
        var clock = Stopwatch.StartNew();
        ImageDataset dataset = context.Data.Dataset;
        using ModelOutputs train = context.Answers(model, context.Data.Decoded);
        using ModelOutputs? asked = known is null ? context.Answers(model, dataset.Test) : null;
        ModelOutputs test = (known ?? asked)!;
        using MeterImages images = context.Pixels.Images(dataset.Test, model.Info, options);
        InformationResult logits = InformationMeter.Measure(train.Logits, test.Logits, images, context.Cancel);
        InformationResult pooled = InformationMeter.Measure(train.Features, test.Features, images, context.Cancel);
        context.Report(stage, FormattableString.Invariant(
            $"I_hat logits {logits.NatsPerChannel.Mean:0.0000}, pooled {pooled.NatsPerChannel.Mean:0.0000} nats/channel, ")
            + FormattableString.Invariant($"{clock.Elapsed.TotalSeconds:0.0} s"));
        return new MeterResult(logits, pooled, clock.Elapsed.TotalSeconds);
    }
}
