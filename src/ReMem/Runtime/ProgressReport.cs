namespace ReMem.Runtime;

/// <summary>
/// What happens in a long piece of work: a <see cref="MessageProgress"/>, a <see cref="StepProgress"/> or, where a training has finished an
/// epoch, a <see cref="Training.EpochProgress"/>.
/// </summary>
public abstract class ProgressReport
{
    private protected ProgressReport(string stage) => Stage = stage;

    /// <summary>What runs, such as "seed 0 / sam / teacher".</summary>
    public string Stage { get; }

    /// <summary>A line for people; null where only numbers changed.</summary>
    public virtual string? Message => null;

    /// <summary>The same of another stage.</summary>
    internal abstract ProgressReport Of(string stage);
}
