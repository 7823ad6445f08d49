namespace ReMem.Serving;

/// <summary>A request that is refused.</summary>
/// <param name="message">One sentence for the client.</param>
/// <param name="status">HTTP's.</param>
internal sealed class BadRequestException(string message, int status) : Exception(message)
{
    /// <summary>HTTP's status.</summary>
    public int Status { get; } = status;
}
