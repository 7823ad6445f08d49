using ReMem.Recipes.Stages;
using ReMem.Training;

namespace ReMem.Tests.Recipes.Stages;

public sealed class EpochCheckpointsTests
{
    [Theory]
    [InlineData(5, 1, "1 2 3 4 5")]
    [InlineData(20, 1, "3 6 9 12 15 20")]
    [InlineData(20, 5, "5 10 15 20")]
    [InlineData(40, 1, "5 10 15 20 25 30 35 40")]
    [InlineData(1, 1, "1")]
    [InlineData(3, 10, "3")]
    public void At_most_eight_validated_epochs_are_kept_and_the_last(int epochs, int every, string kept)
    {
        var training = new TrainingOptions { Epochs = epochs, ValidateEvery = every };
        var checkpoints = new EpochCheckpoints(new StageFolder("x"), training);
        int[] found = [.. Enumerable.Range(1, epochs).Where(checkpoints.Includes)];
        Assert.Equal(kept, string.Join(' ', found));
        Assert.InRange(found.Length, 1, EpochCheckpoints.Max);
        Assert.All(found, e => Assert.True(e % every == 0 || e == epochs));
    }
}
