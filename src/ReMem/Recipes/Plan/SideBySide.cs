using TorchSharp;

namespace ReMem.Recipes.Plan;

/// <summary>
/// Measures several copies of some work concurrently, as many as a run will have processes, each with its share of the threads.
/// </summary>
/// <param name="Jobs">Copies, 1 or more.</param>
/// <param name="Threads">Threads of each copy.</param>
internal sealed record SideBySide(int Jobs, int Threads)
{
    /// <summary>The mean of the copies' measurements.</summary>
    public double[] Mean(Func<double[]> measure)
    {
        if (Jobs == 1)
            return measure();
        double[][] all = new double[Jobs][];
        var errors = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Jobs).Select(i => new Thread(() =>
        {
            try
            {
                // libtorch's number of threads is a setting of the calling thread.
                torch.set_num_threads(Threads);
                all[i] = measure();
            }
            catch (Exception e)
            {
                lock (errors)
                    errors.Add(e);
            }
        }) { IsBackground = true })];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (errors.Count > 0)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(errors[0]).Throw();
        return [.. Enumerable.Range(0, all[0].Length).Select(k => all.Average(values => values[k]))];
    }
}
