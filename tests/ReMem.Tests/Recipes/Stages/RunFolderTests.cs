using ReMem.Recipes;
using ReMem.Recipes.Stages;

namespace ReMem.Tests.Recipes.Stages;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"remem-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_path))
            Directory.Delete(_path, recursive: true);
    }

    [Fact]
    public void A_run_of_an_earlier_version_goes_on_where_its_recipe_means_the_same()
    {
        string now = RecipeReader.Write(RecipeReader.Parse("name: a\ndata:\n  source: photos\n", "r.yaml"));
        Assert.Contains("optimizer: adamw\n", now, StringComparison.Ordinal);
        string earlier = "# rho 0.05\n"
            + now.Replace("optimizer: adamw", "optimizer: 'adamw'", StringComparison.Ordinal).Replace("  max_eval: 0\n", "",
                StringComparison.Ordinal);
        RunFolder.Open(_path, earlier).Dispose();
        RunFolder.Open(_path, "# rho 0.05\n" + now).Dispose();
        Assert.Contains("command (rho 0.05 there, rho 0.1 here)",
            Assert.Throws<InputException>(() => RunFolder.Open(_path, "# rho 0.1\n" + now)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() =>
            RunFolder.Open(_path, "# rho 0.05\n" + now.Replace("max_eval: 0", "max_eval: 5", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_finished_stage_is_found_again()
    {
        using (RunFolder folder = RunFolder.Open(_path, "name: a"))
        {
            Assert.Null(folder.TryRead<int[]>("s", "result.json"));
            folder.Write(new[] { 1, 2 }, "s", "result.json");
        }

        using RunFolder again = RunFolder.Open(_path, "name: a");
        Assert.Equal([1, 2], again.TryRead<int[]>("s", "result.json")!);
        Assert.Equal("name: a", RunFolder.RecipeOf(_path));
    }

    [Fact]
    public void Another_runs_folder_is_refused_and_left_alone()
    {
        RunFolder.Open(_path, "name: a").Dispose();
        Assert.Equal(
            "The output folder holds another run: it differs in name (a there, b here).",
            Assert.Throws<InputException>(() => RunFolder.Open(_path, "name: b")).Message);
        Assert.Equal("name: a", RunFolder.RecipeOf(_path));
    }

    [Fact]
    public void A_folder_with_foreign_files_is_refused()
    {
        Directory.CreateDirectory(_path);
        File.WriteAllText(Path.Combine(_path, "holiday.txt"), "x");
        Assert.Contains("no run", Assert.Throws<InputException>(() => RunFolder.Open(_path, "name: a")).Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_path));
    }

    [Fact]
    public void Two_runs_cannot_share_a_folder()
    {
        using RunFolder first = RunFolder.Open(_path, "name: a");
        Assert.Contains("in use", Assert.Throws<FolderInUseException>(() => RunFolder.Open(_path, "name: a")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_result_is_named()
    {
        using RunFolder folder = RunFolder.Open(_path, "name: a");
        File.WriteAllText(folder.FileIn("s", "result.json"), "{");
        Assert.Contains("result.json", Assert.Throws<InputException>(() => folder.TryRead<int[]>("s", "result.json")).Where,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_no_run_has_nothing_to_resume() => Assert.Throws<InputException>(() => RunFolder.RecipeOf(_path));

    [Fact]
    public void Wrong_input_leaves_a_new_folder_free_and_an_old_one_as_it_was()
    {
        int Fail(RunFolder folder) => throw new InputException($"wrong in {folder.Path}");
        using (RunFolder folder = RunFolder.Open(_path, "name: a"))
            Assert.Throws<InputException>(() => folder.Use(() => Fail(folder)));
        using (RunFolder folder = RunFolder.Open(_path, "name: b"))
            folder.Write(1, "s", "result.json");
        using (RunFolder folder = RunFolder.Open(_path, "name: b"))
            Assert.Throws<InputException>(() => folder.Use(() => Fail(folder)));
        Assert.Equal("name: b", RunFolder.RecipeOf(_path));
    }

    [Fact]
    public void A_part_is_computed_next_to_the_run_by_one_process_only()
    {
        using RunFolder run = RunFolder.Open(_path, "name: a");
        using (RunFolder part = RunFolder.Join(_path, "name: a", "seed-0", "sam"))
        {
            part.Write(1, "seed-0", "sam", "result.json");
            Assert.Contains("in use", Assert.Throws<FolderInUseException>(() => RunFolder.Join(_path, "name: a", "seed-0", "sam")).Message,
                StringComparison.Ordinal);
            Assert.Throws<FolderInUseException>(() => run.Hold("seed-0", "sam"));
            run.Hold("seed-0", "none").Dispose();
        }

        run.Hold("seed-0", "sam").Dispose();
        Assert.True(File.Exists(Path.Combine(_path, "seed-0", "sam", "result.json")));
        Assert.Contains("another run", Assert.Throws<InputException>(() => RunFolder.Join(_path, "name: b", "seed-0", "sam")).Message,
            StringComparison.Ordinal);
    }
}
