namespace ReMem.Training;

/// <summary>How a setting goes from step to step: its value throughout, from a start to its value, or with the learning rate.</summary>
internal sealed record SettingSchedule
{
    /// <summary>The curves from one number to another.</summary>
    public static readonly IReadOnlyList<string> Curves = ["linear", "cosine"];
    private readonly string _curve;
    private readonly double _start;

    /// <summary>A curve and where it begins.</summary>
    internal SettingSchedule(string curve, double start) => (_curve, _start) = (curve, start);

    /// <summary>Whether the setting keeps its value.</summary>
    public bool IsConstant => _curve == "constant";

    /// <summary>Reads "constant", "linear(start)", "cosine(start)" or "lr".</summary>
    /// <param name="text">The schedule.</param>
    /// <param name="setting">What goes by it.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">Unknown, or a start out of its range.</exception>
    public static SettingSchedule Parse(string text, ScheduledSetting setting, string where) => setting.Reader.Read(text, where);

    /// <summary>The setting at each step, counted from 0.</summary>
    /// <param name="value">Where it ends; with "lr", what it is at the peak of the learning rate.</param>
    /// <param name="rates">The learning rate's schedule, over as many steps.</param>
    public Func<long, double> Over(double value, CosineSchedule rates) => _curve switch
    {
        "constant" => _ => value,
        "lr" => step => value * rates.At(step) / rates.Peak,
        _ => step => Along(_curve, _start, value, TrainingStep.ProgressOf(step, rates.TotalSteps)),
    };

    /// <summary>The largest that the setting becomes.</summary>
    public double Largest(double value) => Math.Max(_start, value);

    /// <summary>A point of one of the <see cref="Curves"/>.</summary>
    /// <param name="curve">Which.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="progress">0 to 1.</param>
    public static double Along(string curve, double start, double end, double progress) => progress == 1
        ? end // The sum below may miss it by its last bit.
        : start + ((end - start) * (curve == "linear" ? progress : 0.5 * (1 - Math.Cos(Math.PI * progress))));
}
