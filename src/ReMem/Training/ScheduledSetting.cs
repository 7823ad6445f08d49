using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>A setting that may change while a model is trained, as its schedule's errors speak of it.</summary>
/// <param name="Name">What is scheduled, such as "rho".</param>
/// <param name="Max">The largest start; the smallest is 0.</param>
/// <param name="Example">A schedule that could be written.</param>
internal sealed record ScheduledSetting(string Name, double Max, string Example)
{
    /// <summary>Reads its schedules.</summary>
    public CallReader<SettingSchedule> Reader { get; } = new(
        $"schedule of {Name}",
        Example,
        [
            new("constant", "its value throughout", [], _ => new SettingSchedule("constant", 0)),
            .. SettingSchedule.Curves.Select(curve => new CallShape<SettingSchedule>(
                curve, $"{curve} from start to its value", [new CallArgument("start", 0, Max) { Spoken = "the start" }],
                n => new SettingSchedule(curve, n[0]))),
            new("lr", "with the learning rate, its value at the peak", [], _ => new SettingSchedule("lr", 0)),
        ]);
}
