using ReMem.Cli.Output;
using ReMem.Runtime;
using ReMem.Runtime.Downloads;

namespace ReMem.Cli.Tests;

/// <summary>A progress line on terminals of every width.</summary>
public class ProgressLineTests
{
    private static readonly StepProgress Report = Left(4000);

    [Fact]
    public void The_time_left_is_never_cut()
    {
        for (int width = 13; width < 200; width++)
        {
            string line = ProgressLine.Of(Report, width);
            Assert.True(line.Length <= width, $"{width}: {line}");
            Assert.EndsWith("1:06:40 left", line, StringComparison.Ordinal);
        }

        string whole = ProgressLine.Of(Report, int.MaxValue);
        Assert.Equal("seed-0/reweighted/teacher [####................] epoch 3/10, batch 17/120, loss 1.234, 87 img/s, 1:06:40 left",
            whole);
        Assert.DoesNotContain("loss", ProgressLine.Of(Report, whole.Length - 15), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_times_are_whole()
    {
        Assert.EndsWith(" 49:00:01 left", ProgressLine.Of(Left((49 * 3600) + 1), 80), StringComparison.Ordinal);
        Assert.EndsWith("? left", ProgressLine.Of(Left(double.NaN), 80), StringComparison.Ordinal);
    }

    [Fact]
    public void Transfers_keep_their_time_too()
    {
        var transfer = new TransferProgress("model.safetensors of timm/deit_tiny_patch16_224", 10_000_000, 40_000_000, 1_000_000);
        for (int width = 12; width < 160; width++)
        {
            string line = ProgressLine.Of(transfer, width);
            Assert.True(line.Length <= width, $"{width}: {line}");
            Assert.EndsWith("0:00:30 left", line, StringComparison.Ordinal);
        }
    }

    private static StepProgress Left(double seconds) => new("seed-0/reweighted/teacher", 3, 10, 17, 120, 1.234, 87, seconds);
}
