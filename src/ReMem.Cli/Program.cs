using System.CommandLine;
using ReMem;
using ReMem.Cli;
using ReMem.Cli.Commands;
using ReMem.Cli.Output;
using ReMem.Cli.Workers;
using ReMem.Runtime;

PlainWriter.Install();
ProcessTuning.ForTraining();
Libtorch.Notice = Console.Error.WriteLine;
var root = new RootCommand("Turns a pretrained Vision Transformer and your images into a small, accurate, deployable classifier.")
{
    DemoCommand.Create(),
    InitCommand.Create(),
    RunCommand.Create(),
    SweepCommand.Create(),
    CompareCommand.Create(),
    FinetuneCommand.Create(),
    ProbeCommand.Create(),
    DistillCommand.Create(),
    EvaluateCommand.Create(),
    PredictCommand.Create(),
    ExportCommand.Create(),
    CacheCommand.Create(),
    DataCommand.Create(),
    InspectCommand.Create(),
    ConvertCommand.Create(),
    ModelsCommand.Create(),
    DoctorCommand.Create(),
    WorkerCommand.Create(),
};
root.Options.Add(Common.Verbose);

ParseResult result = root.Parse(args);
if (result.Errors.Count > 0)
{
    foreach (var error in result.Errors)
        Console.Error.WriteLine($"error: {error.Message}");
    // The root's own name is the program file's.
    IEnumerable<string> names = result.CommandResult.AncestorsAndSelf().Where(c => c.Parent is not null).Select(c => c.Command.Name).Reverse();
    Console.Error.WriteLine($"  Try: {string.Join(' ', ["remem", .. names, "--help"])}");
    return ExitCodes.BadInput;
}

try
{
    return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
}
catch (ReMemException e)
{
    // The help itself could not be printed.
    return Common.Failed(e, verbose: false);
}

file static class CommandResults
{
    /// <summary>A command and those that it stands below, innermost first.</summary>
    public static IEnumerable<System.CommandLine.Parsing.CommandResult> AncestorsAndSelf(this System.CommandLine.Parsing.CommandResult? result)
    {
        for (; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            yield return result;
    }
}
