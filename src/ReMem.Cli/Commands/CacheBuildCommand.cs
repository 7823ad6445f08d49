using System.CommandLine;
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
        RecipeOptions settings = new RecipeOptions()
            .Add("--views", "student.distillation.views", "N")
            .Add("--cache", "student.distillation.cache", "DIR")
            .Add("--top-k", "student.distillation.cache_top_k", "K");
        var dry = new Option<bool>("--dry-run") { Description = "Only print how large it will be." };
        var json = Common.Json();
        Command command = Common.Command(
            "build",
            "Run a teacher once over the views of a student's training, and store its outputs. Arguments are those of 'distill': "
                + "the same arguments give the "
            + "same views, whatever the student's loss, learning rate and temperature. "
            + "Shards built earlier or by another process are not built again.",
            "remem cache build photos/ --teacher-dir teacher/ --student mobilenetv3_small_100 --views 4 --epochs 30");
        foreach (Symbol symbol in (Symbol[])[.. student.Symbols, teacher, .. settings.Symbols, dry, json])
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            Common.LoadLibtorch();
            LoadedTeacher loaded = Common.Teacher(parsed.GetValue(teacher)!, parsed.GetValue(student.Offline), cancellationToken);
            Recipe recipe = student.Recipe("cache", parsed, loaded.Model, settings.Pairs(parsed));
            var build = new CacheBuild(recipe, loaded);
            build.RequireFit();
            BuiltCache built = Common.WithProgress(progress => build.Run(parsed.GetValue(dry), progress, cancellationToken));
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
