using System.Text.Json.Serialization;

namespace ReMem.Runtime;

/// <summary>A line for people.</summary>
public sealed class MessageProgress : ProgressReport
{
    /// <param name="stage">What runs.</param>
    /// <param name="message">The line.</param>
    [JsonConstructor]
    internal MessageProgress(string stage, string message)
        : base(stage) => Message = message;

    /// <inheritdoc/>
    public override string Message { get; }

    /// <inheritdoc/>
    internal override ProgressReport Of(string stage) => new MessageProgress(stage, Message);
}
