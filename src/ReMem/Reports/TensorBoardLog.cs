using ReMem.Training;
using TorchSharp;

namespace ReMem.Reports;

/// <summary>Writes a training's epochs as TensorBoard events.</summary>
internal static class TensorBoardLog
{
    /// <summary>
    /// Writes one event file into a folder; scalars are train/loss, train/rise, train/lr, train/teacher_weight where it changes,
    /// val/top1 and val/loss by epoch.
    /// </summary>
    public static void Write(string folder, IEnumerable<EpochRecord> epochs)
    {
        var writer = torch.utils.tensorboard.SummaryWriter(folder, createRunName: false);
        foreach (EpochRecord e in epochs)
        {
            writer.add_scalar("train/loss", (float)e.TrainLoss, e.Epoch);
            writer.add_scalar("train/rise", (float)e.Rise, e.Epoch);
            writer.add_scalar("train/lr", (float)e.LearningRate, e.Epoch);
            if (e.TeacherWeight is { } weight)
                writer.add_scalar("train/teacher_weight", (float)weight, e.Epoch);
            if (e.ValidationTop1 is { } top1)
                writer.add_scalar("val/top1", (float)top1, e.Epoch);
            if (e.ValidationLoss is { } loss)
                writer.add_scalar("val/loss", (float)loss, e.Epoch);
        }
    }
}
