namespace ReMem.Training;

/// <summary>A setting that may change while a model is trained, as its schedule's errors speak of it.</summary>
/// <param name="Name">What is scheduled, such as "rho".</param>
/// <param name="Key">The schedule's key.</param>
/// <param name="Most">The largest start; the smallest is 0.</param>
/// <param name="Example">A schedule that could be written.</param>
internal sealed record ScheduledSetting(string Name, string Key, double Most, string Example)
{
    /// <summary>What to write instead of a schedule that is none.</summary>
    public string Remedy => $"Write one of: constant, linear(start), cosine(start), lr; for example {Example}.";
}
