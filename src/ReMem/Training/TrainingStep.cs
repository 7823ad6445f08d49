namespace ReMem.Training;

/// <summary>The position in a training.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Index">The step's number in the whole training, from 0.</param>
/// <param name="Count">Steps of the whole training.</param>
public readonly record struct TrainingStep(int Epoch, long Index, long Count)
{
    /// <summary>0 at the first step, 1 at the last.</summary>
    public double Progress => ProgressOf(Index, Count);

    internal static double ProgressOf(long step, long count) => count > 1 ? Math.Min(1, (double)step / (count - 1)) : 1;
}
