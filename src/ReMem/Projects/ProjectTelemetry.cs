using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReMem.Training;

namespace ReMem.Projects;

/// <summary>
/// What OpenTelemetry sees of a project: the activity source "ReMem", with an activity per piece of work, and the meter "ReMem", with a
/// measurement per epoch.
/// </summary>
internal static class ProjectTelemetry
{
    public const string Name = "ReMem";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("remem.training.epoch.duration", "s",
        "Wall time of an epoch, validation included.");
    private static readonly Gauge<double> Loss = Meter.CreateGauge<double>("remem.training.loss", description: "Mean loss of an epoch.");
    private static readonly Gauge<double> Accuracy = Meter.CreateGauge<double>("remem.validation.accuracy",
        description: "Share of validation images that are classified correctly after an epoch, 0 to 1.");

    public static Activity? Start(string work, string source) =>
        Source.StartActivity($"remem.{work}")?.SetTag("remem.source", source);

    public static void Epoch(EpochProgress epoch)
    {
        var stage = new KeyValuePair<string, object?>("remem.stage", epoch.Stage);
        Duration.Record(epoch.Record.Seconds, stage);
        Loss.Record(epoch.Record.TrainLoss, stage);
        if (epoch.Record.ValidationTop1 is { } top1)
            Accuracy.Record(top1, stage);
    }
}
