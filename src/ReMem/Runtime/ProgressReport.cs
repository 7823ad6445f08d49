namespace ReMem.Runtime;

/// <summary>A progress report: of a training when <paramref name="Batches"/> is above 0, else a plain line.</summary>
/// <param name="Stage">What runs, such as "seed 0 / sam / teacher".</param>
/// <param name="Message">A line for the user; null where only numbers changed.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Of the stage.</param>
/// <param name="Batch">Done in this epoch.</param>
/// <param name="Batches">Batches per epoch.</param>
/// <param name="Loss">
/// Running mean of this epoch; NaN where a teacher's cache is built, whose progress is in images of views instead of batches of epochs.
/// </param>
/// <param name="ImagesPerSecond">Of the stage so far.</param>
/// <param name="SecondsLeft">Of the stage, at that rate.</param>
public sealed record ProgressReport(
    string Stage,
    string? Message = null,
    int Epoch = 0,
    int Epochs = 0,
    int Batch = 0,
    int Batches = 0,
    double Loss = 0,
    double ImagesPerSecond = 0,
    double SecondsLeft = 0);
