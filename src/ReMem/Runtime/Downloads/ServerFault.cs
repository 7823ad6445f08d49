namespace ReMem.Runtime.Downloads;

/// <summary>
/// A failure of server or network that may pass: it is tried again. One that the user can mend is an <see cref="InputException"/>, and one that
/// stays as it is however often one asks is a <see cref="ReMemException"/>.
/// </summary>
internal sealed class ServerFault(string what, string remedy, Exception? inner = null) : ReMemException(what, null, remedy, inner)
{
    /// <summary>How long the server asks to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
