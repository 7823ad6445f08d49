using System.CommandLine;

namespace ReMem.Cli.Commands;

/// <summary>remem cache: a teacher's outputs on disk.</summary>
internal static class CacheCommand
{
    public const string Where = "A teacher cache, or a folder of some. Default: those of the user's cache folder.";

    public static Command Create() => new("cache", "Keep a teacher's outputs on disk, for every student that is to learn from them.")
    {
        CacheBuildCommand.Create(),
        CacheInfoCommand.Create(),
        CacheVerifyCommand.Create(),
        CachePruneCommand.Create(),
    };
}
