namespace ReMem.Tests;

/// <summary>Comparisons of TorchSharp's count of the process's tensors.</summary>
internal static class TensorCount
{
    /// <summary>
    /// No tensor was left behind. Fewer than before are none of the work's: the collector finds those of other tests at any time.
    /// </summary>
    /// <param name="before">The count after a first round, which may keep some for later ones.</param>
    /// <param name="after">After further rounds.</param>
    public static void HasNotGrown(long before, long after) =>
        Assert.True(after <= before, $"{after - before} tensors were left behind ({before} before, {after} after)");
}
