using System.CommandLine;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem doctor: whether this machine can train, and what to fix.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        Option<bool> json = Common.Json();
        Command command = Common.Command(
            "doctor", "Examine whether this machine can train, and report what to fix.", "remem doctor --json");
        var again = new Option<bool>("--check-kernels") { Description = "Check libtorch's kernels again, also where the result is known." };
        var known = new Option<bool>("--no-check")
        {
            Description = "Check only the kernels that the choice needs; list the others where they are known.",
        };
        command.Add(again);
        command.Add(known);
        command.Add(json);
        command.Action((parsed, _) =>
        {
            DoctorReport report = Doctor.Examine(kernels: (parsed.GetValue(again), parsed.GetValue(known)) switch
            {
                (true, true) =>
                    throw new InputException("--check-kernels and --no-check exclude each other.", "command line", "Give one of them."),
                (true, _) => KernelExamination.AllAgain,
                (_, true) => KernelExamination.Chosen,
                _ => KernelExamination.All,
            });
            if (parsed.GetValue(json))
                Console.WriteLine(Json.Serialize(report));
            else
                Print(report);
            return report.IsHealthy ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static void Print(DoctorReport report)
    {
        foreach ((string label, string value) in report.Lines())
            Console.WriteLine($"{label,-11} {value}");
        Console.WriteLine("\nkernels on this processor, the fastest first:");
        foreach (KernelOutcome outcome in report.Kernels)
            Console.WriteLine(
                $"{(outcome.Name == report.KernelChoice?.Name ? "*" : " ")} {outcome.Name,-9} {outcome.Description}: {outcome.Verdict}");
        Console.WriteLine();
        foreach (DoctorProblem problem in report.Problems)
            Console.WriteLine($"{(problem.IsError ? "error" : "warning")}: {problem.What}\n  to fix it: {problem.Remedy}");
        if (report.Problems.Count == 0)
            Console.WriteLine("No problems found.");
    }
}
