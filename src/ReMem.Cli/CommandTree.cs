using System.CommandLine;
using System.CommandLine.Help;
using ReMem.Cli.Commands;

namespace ReMem.Cli;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    /// <summary>
    /// The program's name in usage. The program file has another name, which the library's default root command would show.
    /// </summary>
    public const string Program = "remem";

    public static Command Create() => new(
        Program, "Turns a pretrained Vision Transformer and your images into a small, accurate, deployable classifier.")
    {
        DemoCommand.Create(),
        FitCommand.Create(),
        InitCommand.Create(),
        RunCommand.Create(),
        SweepCommand.Create(),
        CompareCommand.Create(),
        PowerCommand.Create(),
        FinetuneCommand.Create(),
        ProbeCommand.Create(),
        DistillCommand.Create(),
        EvaluateCommand.Create(),
        PredictCommand.Create(),
        ServeCommand.Create(),
        ExportCommand.Create(),
        BenchCommand.Create(),
        CacheCommand.Create(),
        DataCommand.Create(),
        InspectCommand.Create(),
        ConvertCommand.Create(),
        ModelsCommand.Create(),
        SettingsCommand.Create(),
        DoctorCommand.Create(),
        WorkerCommand.Create(),
        new HelpOption(),
        new VersionOption(),
        Common.Verbose,
    };
}
