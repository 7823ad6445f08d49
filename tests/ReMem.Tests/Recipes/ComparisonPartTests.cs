using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Runtime;

namespace ReMem.Tests.Recipes;

public class ComparisonPartTests
{
    private static readonly ComparisonPart[] Parts = [.. Enumerable.Range(0, 6).Select(seed => new ComparisonPart("sam", seed))];

    [Fact]
    public void Every_part_is_computed_once_and_no_more_than_allowed_at_a_time()
    {
        int now = 0, most = 0;
        var done = new System.Collections.Concurrent.ConcurrentBag<int>();
        using var both = new Barrier(2);
        var workers = new PartWorkers(2, async (folder, part, _, _) =>
        {
            int running = Interlocked.Increment(ref now);
            lock (done)
                most = Math.Max(most, running);
            await Task.Run(() => both.SignalAndWait(TimeSpan.FromSeconds(10)));
            Assert.Equal("folder", folder);
            done.Add(part.Seed);
            Interlocked.Decrement(ref now);
        });
        workers.Run("folder", Parts, new Progress<ProgressReport>(), default);
        Assert.Equal([0, 1, 2, 3, 4, 5], done.Order());
        Assert.Equal(2, most);
    }

    [Fact]
    public void The_first_error_stops_the_others_and_comes_out()
    {
        int stopped = 0;
        var workers = new PartWorkers(2, async (_, part, _, cancellationToken) =>
        {
            if (part.Seed == 1)
                throw new InputException("wrong weights");
            try
            {
                await Task.Delay(TimeSpan.FromMinutes(5), cancellationToken);
            }
            finally
            {
                Interlocked.Increment(ref stopped);
            }
        });
        Assert.Equal("wrong weights",
            Assert.Throws<InputException>(() => workers.Run("folder", Parts, new Progress<ProgressReport>(), default)).Message);
        Assert.Equal(1, stopped);
    }

    [Fact]
    public void Jobs_below_one_are_refused() =>
        Assert.Throws<InputException>(() =>
            new PartWorkers(0, (_, _, _, _) => Task.CompletedTask).Run("folder", Parts, new Progress<ProgressReport>(), default));
}
