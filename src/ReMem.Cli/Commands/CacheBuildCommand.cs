using System.CommandLine;
using System.Diagnostics;
using ReMem.Data;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Recipes;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem cache build: runs the teacher over a student's views ahead of any training.</summary>
internal static class CacheBuildCommand
{
    public static Command Create()
    {
        var student = new StudentArguments();
        var teacher = new Option<string>("--teacher-dir") { Description = Common.ModelDirHelp, HelpName = "DIR", Required = true };
        var views = new Option<int>("--views") { Description = "Views of an image that come round; 0 is one an epoch." };
        var folder = new Option<string>("--cache") { Description = "The cache's folder. Default: one of the user's cache folder, where 'distill' finds it.", HelpName = "DIR", DefaultValueFactory = _ => DistillationOptions.Auto };
        var top = new Option<int>("--top-k") { Description = "Keep the largest K logits and the mass of the rest; 0 keeps all.", HelpName = "K" };
        var dry = new Option<bool>("--dry-run") { Description = "Only tell how large it will be." };
        var json = Common.Json();
        Command command = Common.Command(
            "build",
            "Run a teacher once over the views that a student will be shown, and keep what it says. Arguments are those of 'distill': the same ones mean the "
            + "same views, whatever the student's loss, learning rate and temperature. What an earlier or another process has built is not built again.",
            "remem cache build photos/ --teacher-dir teacher/ --student mobilenetv3_small_100 --views 4 --epochs 30");
        foreach (Symbol symbol in (Symbol[])[.. student.Symbols, teacher, views, folder, top, dry, json])
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            LoadedTeacher loaded = LoadedTeacher.Load(parsed.GetValue(teacher)!, parsed.GetValue(student.Offline), cancel);
            Recipe recipe = student.Recipe(
                "cache",
                parsed,
                loaded.Model,
                $"student.distillation.views={parsed.GetValue(views)}",
                $"student.distillation.cache_top_k={parsed.GetValue(top)}",
                $"student.distillation.cache={Common.Quote(parsed.GetValue(folder)!)}");
            string where = recipe.Student.Distillation.Cache;
            if (where == DistillationOptions.None)
                throw new InputException("There is no cache to build: --cache is none.", "command line", "Give a folder, or leave --cache out.");
            Stages.RequireTrainable(recipe, teacher: false);
            BuiltCache built = Common.WithProgress(progress =>
            {
                PreparedData data = PreparedData.Open(recipe, progress);
                new Stages(data, progress, cancel).AlignClasses(loaded.Model, loaded.Labels, loaded.Source);
                var kept = new StudentCache(data, recipe.Student, recipe.Seeds[0]);
                BatchLoader batches = kept.Batches(loaded.Model);
                if (parsed.GetValue(dry))
                    return new BuiltCache(null, kept.Views, batches.SlotsPerEpoch, TeacherCache.Foretell(loaded.Model, batches, kept.OptionsFor(loaded.Model), kept.Views), 0, 0);
                using TeacherCacheBuilder builder = where == DistillationOptions.Auto
                    ? kept.OpenAmong(TeacherCache.DefaultFolder, loaded.Model, loaded.Name, batches, "cache", progress)
                    : kept.OpenAt(where, loaded.Model, loaded.Name, batches, "cache", progress);
                var clock = Stopwatch.StartNew();
                int shards = builder.Build(kept.Views, cancel);
                return new BuiltCache(Path.GetFullPath(builder.Cache.Folder), kept.Views, batches.SlotsPerEpoch, builder.Cache.Bytes(kept.Views), shards, clock.Elapsed.TotalSeconds);
            });
            if (parsed.GetValue(json))
                Common.PrintJson(built);
            else
                Print(built);
            return ExitCodes.Done;
        }, parsed => parsed.GetValue(dry) ? null : "the shards that are done are kept");
        return command;
    }

    private static void Print(BuiltCache built)
    {
        Console.WriteLine($"{built.Views} views of {built.Images} images, {DiskSpace.Text(built.Bytes)}");
        if (built.Folder is not null)
            Console.WriteLine(FormattableString.Invariant($"{built.Shards} shards built in {built.Seconds:0.0} s\ncache: {built.Folder}"));
    }

    /// <summary>What was built.</summary>
    /// <param name="Folder">The cache; null of a dry run.</param>
    /// <param name="Views">Views of an image.</param>
    /// <param name="Images">Images a view.</param>
    /// <param name="Bytes">Of all these views on disk.</param>
    /// <param name="Shards">Built by this process now.</param>
    /// <param name="Seconds">It took.</param>
    private sealed record BuiltCache(string? Folder, int Views, int Images, long Bytes, int Shards, double Seconds);
}
