using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Distillation;

/// <summary>How the share of the teacher's part goes from step to step.</summary>
internal sealed class WeightSchedule : ISettingText
{
    private const string Where = "student.distillation.weight_schedule";

    private static readonly ScheduledSetting Share = new("the teacher's weight", 1, "linear(0.2)");

    private WeightSchedule()
    {
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => Share.Reader.Forms;

    /// <summary>Reads one of <see cref="Forms"/>.</summary>
    /// <exception cref="InputException">Unknown, or a start out of its range.</exception>
    public static SettingSchedule Parse(string text, string where = Where) => SettingSchedule.Parse(text, Share, where);

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Parse(text, where);
}
