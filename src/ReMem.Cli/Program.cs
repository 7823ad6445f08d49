using System.CommandLine;
using System.CommandLine.Parsing;
using ReMem;
using ReMem.Cli;
using ReMem.Cli.Commands;
using ReMem.Cli.Output;
using ReMem.Runtime;

PlainWriter.Install();
ProcessTuning.ForTraining();
Libtorch.Notice = Console.Error.WriteLine;
ParseResult result = CommandTree.Create().Parse(args);
IReadOnlyList<string> errors = CommandLineErrors.Of(result, args);
if (errors.Count > 0)
{
    foreach (string error in errors)
        Console.Error.WriteLine($"error: {error}");
    Console.Error.WriteLine(
        $"  Try: {string.Join(' ', [.. result.CommandResult.AncestorsAndSelf().Select(c => c.Command.Name).Reverse(), "--help"])}");
    return ExitCodes.BadInput;
}

try
{
    return await result.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
    });
}
catch (ReMemException e)
{
    // The help could not be printed.
    return Common.Failed(e, verbose: false);
}

file static class CommandResults
{
    /// <summary>A command and its parents, innermost first.</summary>
    public static IEnumerable<CommandResult> AncestorsAndSelf(this CommandResult? result)
    {
        for (; result is not null; result = result.Parent as CommandResult)
            yield return result;
    }
}
