using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Runtime;

namespace ReMem.Tests.Information;

public sealed class InformationResultTests
{
    [Theory]
    [InlineData(0.10, 0.01, "higher")]
    [InlineData(0.06, 0.01, "lower")]
    [InlineData(0.09, 0.01, "inconclusive")]
    [InlineData(0.10, 0.03, "inconclusive")]
    [InlineData(0.08, 0.001, "inconclusive")]
    public void The_verdict_needs_intervals_apart(double mean, double half, string expected)
    {
        InformationResult other = Result(0.08, 0.005);
        Assert.Equal(expected, Result(mean, half).VerdictAgainst(other));
        string mirrored = expected switch { "higher" => "lower", "lower" => "higher", _ => expected };
        Assert.Equal(mirrored, other.VerdictAgainst(Result(mean, half)));
    }

    [Fact]
    public void Without_an_interval_there_is_no_verdict()
    {
        Assert.Equal("inconclusive", Result(0.5, null).VerdictAgainst(Result(0.1, 0.01)));
        Assert.Equal("inconclusive", Result(0.5, 0.01).VerdictAgainst(Result(0.1, null)));
        Assert.Equal("inconclusive", Result(double.NaN, 0.01).VerdictAgainst(Result(0.1, 0.01)));
    }

    [Fact]
    public void Json_gives_back_what_was_measured()
    {
        InformationResult result = Result(0.08, 0.005);
        InformationResult read = Json.Deserialize<InformationResult>(Json.Serialize(result), "here");
        Assert.Equal(result.NatsPerChannel, read.NatsPerChannel);
        Assert.Equal(result.PerSeed, read.PerSeed);
        Assert.Equal((200, 3), (read.TestImages, read.LeakedImages));
    }

    private static InformationResult Result(double mean, double? half) =>
        new(new Interval(mean, half, half is null ? 1 : 3), [mean, mean, mean], -0.2, [-0.3, -0.3, -0.3], 200, 3, 1);
}
