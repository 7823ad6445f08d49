using ReMem.Data.Decoding;

namespace ReMem.Tests.Data.Decoding;

public sealed class MemoryBudgetTests
{
    [Fact]
    public void Takes_what_fits_and_nothing_past_the_limit()
    {
        var budget = new MemoryBudget(10);

        Assert.True(budget.TryTake(6));
        Assert.False(budget.TryTake(5));
        Assert.Equal(6, budget.Used);
        Assert.True(budget.TryTake(4));
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again()
    {
        var budget = new MemoryBudget(10);
        Assert.True(budget.TryTake(10));

        budget.Return(3);

        Assert.True(budget.TryTake(3));
        Assert.Equal(10, budget.Used);
    }

    [Fact]
    public void Many_threads_never_hold_more_than_the_limit()
    {
        var budget = new MemoryBudget(1000);
        int taken = 0;

        Parallel.For(0, 2000, _ =>
        {
            if (budget.TryTake(1))
                Interlocked.Increment(ref taken);
        });

        // A refused taker holds its bytes for a moment, so a neighbour may be refused too; what was granted is exact.
        Assert.InRange(taken, 1, 1000);
        Assert.Equal(taken, budget.Used);
    }
}
