using System.CommandLine;

namespace ReMem.Cli.Commands;

/// <summary>remem cache: a teacher's outputs on disk.</summary>
internal static class CacheCommand
{
    public const string Where = "A teacher cache, or a folder of several. Default: those of the user's cache folder.";

    public static Command Create() => new("cache", "Store a teacher's outputs on disk, for all students that learn from them.")
    {
        CacheBuildCommand.Create(),
        CacheInfoCommand.Create(),
        CacheVerifyCommand.Create(),
        CachePruneCommand.Create(),
    };
}
