using System.CommandLine;
using ReMem.Distillation;
using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
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
            "Run a teacher once over the views of a student's training, and store its outputs. Arguments are those of 'distill': the same arguments give the "
            + "same views, whatever the student's loss, learning rate and temperature. Shards built earlier or by another process are not built again.",
            "remem cache build photos/ --teacher-dir teacher/ --student mobilenetv3_small_100 --views 4 --epochs 30");
        foreach (Symbol symbol in (Symbol[])[.. student.Symbols, teacher, views, folder, top, dry, json])
            command.AddSymbol(symbol);
        command.Action((parsed, cancel) =>
        {
            Common.LoadLibtorch();
            LoadedTeacher loaded = Common.Teacher(parsed.GetValue(teacher)!, parsed.GetValue(student.Offline), cancel);
            Recipe recipe = student.Recipe(
                "cache",
                parsed,
                loaded.Model,
                $"student.distillation.views={parsed.GetValue(views)}",
                $"student.distillation.cache_top_k={parsed.GetValue(top)}",
                $"student.distillation.cache={CommandRecipe.Quote(parsed.GetValue(folder)!)}");
            var build = new CacheBuild(recipe, loaded);
            build.RequireFit();
            BuiltCache built = Common.WithProgress(progress => build.Run(parsed.GetValue(dry), progress, cancel));
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
}
