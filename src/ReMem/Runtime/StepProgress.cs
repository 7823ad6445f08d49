using System.Text.Json.Serialization;

namespace ReMem.Runtime;

/// <summary>How far a training, or the building of a teacher's cache, has come.</summary>
public sealed class StepProgress : ProgressReport
{
    [JsonConstructor]
    internal StepProgress(
        string stage, int epoch, int epochs, int batch, int batches, double? loss, double imagesPerSecond, double secondsLeft)
        : base(stage)
    {
        Epoch = epoch;
        Epochs = epochs;
        Batch = batch;
        Batches = batches;
        Loss = loss;
        ImagesPerSecond = imagesPerSecond;
        SecondsLeft = secondsLeft;
    }

    /// <summary>From 1. Of a cache: the view.</summary>
    public int Epoch { get; }

    /// <summary>Of the stage. Of a cache: its views.</summary>
    public int Epochs { get; }

    /// <summary>Batches done in this epoch. Of a cache: images of this view.</summary>
    public int Batch { get; }

    /// <summary>Batches per epoch. Of a cache: images per view.</summary>
    public int Batches { get; }

    /// <summary>Running mean of this epoch's loss; null of a cache.</summary>
    public double? Loss { get; }

    /// <summary>Images per second, of the stage so far.</summary>
    public double ImagesPerSecond { get; }

    /// <summary>Seconds left for the stage, at that rate.</summary>
    public double SecondsLeft { get; }

    /// <inheritdoc/>
    internal override ProgressReport Of(string stage) =>
        new StepProgress(stage, Epoch, Epochs, Batch, Batches, Loss, ImagesPerSecond, SecondsLeft);
}
