using ReMem.Runtime;
using ReMem.Runtime.Downloads;

namespace ReMem.Cli.Output;

/// <summary>A progress line that fits a terminal: details are left out one by one, but never the time left.</summary>
internal static class ProgressLine
{
    private const string Cut = "...";

    public static string Of(StepProgress r, int width)
    {
        double share = (r.Epoch - 1 + ((double)r.Batch / r.Batches)) / r.Epochs;
        bool trains = r.Loss is not null;
        string epoch = FormattableString.Invariant($"{(trains ? "epoch" : "view")} {r.Epoch}/{r.Epochs}");
        string batch = FormattableString.Invariant($", {(trains ? "batch" : "image")} {r.Batch}/{r.Batches}");
        string loss = trains ? FormattableString.Invariant($", loss {r.Loss:0.000}") : string.Empty;
        string rate = FormattableString.Invariant($", {r.ImagesPerSecond:0} img/s");
        string left = Left(r.SecondsLeft);
        return Fit(
            width, r.Stage, left,
            $" {Bar(share, 20)} {epoch}{batch}{loss}{rate}, ",
            $" {Bar(share, 10)} {epoch}{batch}{loss}{rate}, ",
            $" {Bar(share, 10)} {epoch}{batch}{rate}, ",
            $" {Bar(share, 10)} {epoch}{rate}, ",
            $" {Bar(share, 10)} {epoch}, ",
            $" {epoch}, ",
            " ");
    }

    public static string Of(TransferProgress t, int width)
    {
        string rate = FormattableString.Invariant($"{t.BytesPerSecond / 1e6:0.0} MB/s"),
            done = FormattableString.Invariant($"{t.Bytes / 1e6:0.0}");
        if (t.Total is not { } total)
            return Fit(width, t.File, rate, $" {done} MB, ", " ");
        string of = FormattableString.Invariant($"{done} of {total / 1e6:0.0} MB");
        double share = total == 0 ? 1 : (double)t.Bytes / total;
        return t.SecondsLeft is { } seconds
            ? Fit(width, t.File, Left(seconds), $" {Bar(share, 20)} {of}, {rate}, ", $" {Bar(share, 10)} {of}, {rate}, ",
                $" {Bar(share, 10)} {of}, ", $" {of}, ", " ")
            : Fit(width, t.File, of, $" {Bar(share, 20)} {rate}, ", $" {rate}, ", " ");
    }

    /// <summary>The first of the details that fits between name and end; where none does, first the name is cut, then the end.</summary>
    private static string Fit(int width, string name, string end, params string[] details)
    {
        foreach (string detail in details)
        {
            if (name.Length + detail.Length + end.Length <= width)
                return name + detail + end;
        }

        int room = width - end.Length - 1;
        if (room > Cut.Length)
            return $"{name[..(room - Cut.Length)]}{Cut} {end}";
        return end.Length <= width ? end : end[..Math.Max(0, width)];
    }

    /// <summary>"1:02:03 left"; days are counted as hours.</summary>
    private static string Left(double seconds)
    {
        if (!double.IsFinite(seconds) || seconds < 0 || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return "? left";
        var left = TimeSpan.FromSeconds(seconds);
        return FormattableString.Invariant($"{(long)left.TotalHours}:{left:mm\\:ss} left");
    }

    private static string Bar(double share, int length)
    {
        int filled = (int)((double.IsNaN(share) ? 0 : Math.Clamp(share, 0, 1)) * length);
        return $"[{new string('#', filled)}{new string('.', length - filled)}]";
    }
}
