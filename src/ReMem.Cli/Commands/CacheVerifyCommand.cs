using System.CommandLine;
using System.Globalization;
using ReMem.Distillation.Cache;
using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;

namespace ReMem.Cli.Commands;

/// <summary>remem cache verify: compares a cache with its teacher.</summary>
internal static class CacheVerifyCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A teacher cache." };
        var overrides = Common.Overrides();
        var teacher = new Option<string?>("--teacher-dir")
        {
            Description = "The teacher, where it has moved. Default: as recorded in the cache.",
            HelpName = "DIR",
        };
        var data = new Option<string?>("--data")
        {
            Description = "The data set, where it has moved. Default: as recorded in the cache.",
            HelpName = "DATA",
        };
        var defaults = new TeacherCacheVerifierOptions();
        var samples = new Option<int>("--samples")
        {
            Description = "Images that the teacher is run on again.",
            DefaultValueFactory = _ => defaults.Samples,
        };
        var kl = new Option<double>("--max-kl")
        {
            Description = "The maximal mean KL that passes, in nats.",
            DefaultValueFactory = _ => defaults.MaxKl,
        };
        var agreement = new Option<double>("--min-agreement")
        {
            Description = "The minimal top-1 and top-5 agreement that passes, 0 to 1.",
            DefaultValueFactory = _ => defaults.MinAgreement,
        };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "verify",
            "Check every shard of a cache, run its teacher again on a sample, and compare: KL, top-1 and top-5 agreement. "
                + "Exits with 1 past the tolerance.",
            "remem cache verify cache/ --samples 512");
        foreach (Symbol symbol in new Symbol[] { folder, overrides, teacher, data, samples, kl, agreement, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            Common.LoadLibtorch();
            using TeacherCache cache = TeacherCache.Open(parsed.GetValue(folder)!);
            var verification = new CacheVerification(cache);
            LoadedTeacher loaded = Common.Teacher(verification.TeacherSource(parsed.GetValue(teacher)), parsed.GetValue(offline),
                cancellationToken);
            Recipe recipe = verification.Recipe(parsed.GetValue(data), parsed.GetValue(overrides) ?? []);
            var options = new TeacherCacheVerifierOptions
            {
                Samples = parsed.GetValue(samples),
                MaxKl = parsed.GetValue(kl),
                MinAgreement = parsed.GetValue(agreement),
            };
            TeacherCacheCheck check =
                Common.WithProgress(progress => verification.Run(recipe, loaded, options, progress, cancellationToken));
            if (parsed.GetValue(json))
                Common.PrintJson(check);
            else
                Print(check);
            return check.Passed
                ? ExitCodes.Done
                : throw new ReMemException(
                    "The teacher cache does not agree with its teacher.", cache.Folder, "Remove it, and build it again.");
        });
        return command;
    }

    private static void Print(TeacherCacheCheck c)
    {
        Console.WriteLine(
            $"{c.Shards} shards fit their checksums{(c.MissingShards > 0 ? $"; {c.MissingShards} are not built yet" : string.Empty)}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{c.Samples} images again: KL {c.MeanKl:0.0e+0} (largest {c.MaxKl:0.0e+0}) nats, top-1 agreement "
                + $"{100 * c.Top1Agreement:0.00} %, top-5 {100 * c.Top5Agreement:0.00} %"));
        if (c.RestKl > 0)
            Console.WriteLine(FormattableString.Invariant($"left out by top-k: KL {c.RestKl:0.0e+0} nats"));
        if (c.FeatureDifference is { } features)
            Console.WriteLine(FormattableString.Invariant($"features: relative difference {features:0.0e+0}"));
        if (c.MapDifference is { } maps)
            Console.WriteLine(FormattableString.Invariant($"tokens and attention: relative difference {maps:0.0e+0}"));
        Console.WriteLine(c.Passed ? "passed" : "failed");
    }
}
