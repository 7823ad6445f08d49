using System.Text;
using ReMem.Runtime;

namespace ReMem.Cli.Output;

/// <summary>
/// Standard output or standard error for everything that is printed: control characters in names are escaped, and a full or closed stream
/// does not end the work. Progress is then lost; for results it is an error.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="isResult">Whether it carries results.</param>
internal sealed class PlainWriter(TextWriter inner, bool isResult) : TextWriter
{
    private static TextWriter? s_error;

    /// <summary>Installs it on both streams.</summary>
    public static void Install()
    {
        // Console.Error wraps its writer, so that this one could not be retrieved from it.
        s_error = Console.Error;
        Console.SetOut(new PlainWriter(Console.Out, isResult: true));
        Console.SetError(new PlainWriter(s_error, isResult: false));
    }

    /// <summary>Standard error for our own control sequences, which move the cursor.</summary>
    public static TextWriter Steering => new PlainWriter(s_error ?? Console.Error, isResult: false) { Escapes = false };

    public override Encoding Encoding => inner.Encoding;

    private bool Escapes { get; init; } = true;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => Guarded(() => inner.Write(Plain(value)));

    public override void WriteLine() => Guarded(inner.WriteLine);

    public override void WriteLine(string? value) => Guarded(() => inner.WriteLine(Plain(value)));

    public override void Flush() => Guarded(inner.Flush);

    private string? Plain(string? value) => Escapes && value is not null ? PlainText.Lines(value) : value;

    private void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (isResult)
                throw new ReMemException(
                    $"The results cannot be printed: {(e is IOException ? e.Message.TrimEnd('.') : "it is closed")}.", "standard output",
                    "Written files are kept; print to another place.", e);
        }
    }
}
