using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Teachers;

/// <summary>How SAM's radius goes from step to step: rho throughout, from a start to rho, or with the learning rate.</summary>
internal sealed record RhoSchedule
{
    private const string Key = "teacher.rho_schedule";
    private const string Example = "Write one of: constant, linear(start), cosine(start), lr; for example linear(0.01).";
    private readonly CallForm _form;
    private readonly double _start;

    private RhoSchedule(CallForm form, double start) => (_form, _start) = (form, start);

    /// <summary>Reads "constant", "linear(start)", "cosine(start)" or "lr".</summary>
    /// <exception cref="InputException">Unknown, or a start out of its range.</exception>
    public static RhoSchedule Parse(string text)
    {
        CallForm form = CallForm.TryRead(text) ?? throw Unreadable(text);
        return (form.Name, form.Arguments.Count) switch
        {
            ("constant" or "lr", 0) => new RhoSchedule(form, 0),
            ("linear" or "cosine", 1) => new RhoSchedule(form, form.Number(0, "the start", 0, 10, Key, Example)),
            ("constant" or "lr" or "linear" or "cosine", _) => throw Unreadable(text),
            _ => throw Nearest.Unknown("schedule of rho", form.Name, ["constant", "linear", "cosine", "lr"], Key),
        };
    }

    /// <summary>The radius of each step, counted from 0.</summary>
    /// <param name="rho">Where it ends; with "lr", what it is at the peak of the learning rate.</param>
    /// <param name="rates">The learning rate's schedule, over as many steps.</param>
    public Func<long, double> Over(double rho, CosineSchedule rates)
    {
        double Progress(long step) => rates.TotalSteps > 1 ? Math.Min(1, (double)step / (rates.TotalSteps - 1)) : 1;
        return _form.Name switch
        {
            "linear" => step => _start + ((rho - _start) * Progress(step)),
            "cosine" => step => _start + ((rho - _start) * 0.5 * (1 - Math.Cos(Math.PI * Progress(step)))),
            "lr" => step => rho * rates.At(step) / rates.Peak,
            _ => _ => rho,
        };
    }

    private static InputException Unreadable(string text) => new($"The schedule of rho '{text}' cannot be read.", Key, Example);
}
