using System.CommandLine;
using ReMem.Cli;
using ReMem.Cli.Commands;

var root = new RootCommand("Turns a pretrained Vision Transformer and your images into a small, accurate, deployable classifier.")
{
    DemoCommand.Create(),
    RunCommand.Create(),
    FinetuneCommand.Create(),
    ProbeCommand.Create(),
    DistillCommand.Create(),
    EvaluateCommand.Create(),
    PredictCommand.Create(),
    ExportCommand.Create(),
    InspectCommand.Create(),
    ConvertCommand.Create(),
    ModelsCommand.Create(),
    DoctorCommand.Create(),
};
root.Options.Add(Common.Verbose);

ParseResult result = root.Parse(args);
if (result.Errors.Count > 0)
{
    foreach (var error in result.Errors)
        Console.Error.WriteLine($"error: {error.Message}");
    Console.Error.WriteLine($"  Try: remem {string.Join(' ', result.CommandResult.Command == root ? [] : new[] { result.CommandResult.Command.Name })} --help".Replace("  --help", " --help", StringComparison.Ordinal));
    return ExitCodes.BadInput;
}

return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
