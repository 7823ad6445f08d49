using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Teachers;

/// <summary>How SAM's radius goes from step to step.</summary>
internal sealed class RadiusSchedule : ISettingText
{
    private const string Where = "teacher.rho_schedule";

    private static readonly ScheduledSetting Radius = new("rho", 10, "linear(0.01)");

    private RadiusSchedule()
    {
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => Radius.Reader.Forms;

    /// <summary>Reads one of <see cref="Forms"/>.</summary>
    /// <exception cref="InputException">Unknown, or a start out of its range.</exception>
    public static SettingSchedule Parse(string text, string where = Where) => SettingSchedule.Parse(text, Radius, where);

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Parse(text, where);
}
