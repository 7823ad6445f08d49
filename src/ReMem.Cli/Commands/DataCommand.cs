using System.CommandLine;

namespace ReMem.Cli.Commands;

/// <summary>remem data: what there is to do with a data set before training on it.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Look at a data set.") { DataInspectCommand.Create() };
}
