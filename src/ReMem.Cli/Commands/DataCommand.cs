using System.CommandLine;

namespace ReMem.Cli.Commands;

/// <summary>remem data: commands for data sets.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Fetch, inspect or pack a data set.") { DataFetchCommand.Create(),
        DataInspectCommand.Create(), DataPackCommand.Create() };
}
