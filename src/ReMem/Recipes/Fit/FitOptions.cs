using ReMem.Recipes.Init;

namespace ReMem.Recipes.Fit;

/// <summary>What a model is fitted to, and in which time.</summary>
internal sealed record FitOptions
{
    /// <summary>The images, and what is decided of teacher and student.</summary>
    public required ProposalOptions Proposal { get; init; }

    /// <summary>Time for the whole, positive. Default null: as long as the proposal takes.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The validation score by which the exported student is chosen. Default top-1.</summary>
    public SelectionMetric Metric { get; init; }

    /// <summary>Whether the model is written in int8 and float16, too. Default false.</summary>
    public bool Int8 { get; init; }

    /// <summary>Decides every random draw. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Reads "45m", "90s", "1.5h" or "2h30m".</summary>
    /// <exception cref="InputException">It is no positive time.</exception>
    public static TimeSpan ParseTime(string text)
    {
        double seconds = 0;
        string number = string.Empty;
        bool read = text.Length > 0;
        foreach (char c in text)
        {
            int unit = c switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
            if (unit == 0)
            {
                number += c;
                continue;
            }

            read &= double.TryParse(number, System.Globalization.NumberStyles.AllowDecimalPoint,
                System.Globalization.CultureInfo.InvariantCulture, out double value);
            seconds += unit * value;
            number = string.Empty;
        }

        return read && number.Length == 0 && seconds is > 0 and < 1e8
            ? TimeSpan.FromSeconds(seconds)
            : throw new InputException($"'{text}' is no time.", "--time", "Write 45m, 90s, 1.5h or 2h30m.");
    }
}
