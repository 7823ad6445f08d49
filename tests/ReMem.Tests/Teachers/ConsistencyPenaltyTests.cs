using ReMem.Teachers;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

public sealed class ConsistencyPenaltyTests
{
    [Fact]
    public void The_distance_is_that_of_probabilities_and_none_between_equal_answers()
    {
        using var scope = NewDisposeScope();
        Tensor Logits(double p) => tensor(new[] { (float)Math.Log(p), (float)Math.Log(1 - p) });
        Tensor first = stack([Logits(0.9), Logits(0.5)]), second = stack([Logits(0.6), Logits(0.5)]);
        Assert.Equal(2 * 0.09 / 2, ConsistencyPenalty.Distance(first, second).item<float>(), 1e-6);
        using TorchSharp.Scalar shift = 7;
        Assert.Equal(0, ConsistencyPenalty.Distance(first, first.add(shift)).item<float>(), 1e-6);
    }
}
