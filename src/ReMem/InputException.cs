namespace ReMem;

/// <summary>What the user gave is wrong (a file, a value, a name): the command line exits with 2, and nothing was lost.</summary>
public class InputException : ReMemException
{
    /// <inheritdoc cref="ReMemException(string, string?, string?, Exception?)"/>
    public InputException(string what, string? where = null, string? remedy = null, Exception? inner = null)
        : base(what, where, remedy, inner)
    {
    }
}
