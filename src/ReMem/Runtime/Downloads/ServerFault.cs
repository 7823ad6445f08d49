namespace ReMem.Runtime.Downloads;

/// <summary>
/// A transient failure of server or network: it is tried again. One that the user can fix is an <see cref="InputException"/>, and one that
/// further tries cannot help is a <see cref="ReMemException"/>.
/// </summary>
internal sealed class ServerFault(string what, string remedy, Exception? inner = null) : ReMemException(what, null, remedy, inner)
{
    /// <summary>How long the server asks to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
