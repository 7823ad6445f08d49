using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReMem.Cli.Tests;

/// <summary>remem init, and what it writes.</summary>
public class InitTests
{
    private static readonly string Teacher = Path.Combine(Cli.Root, "demo", "teacher", "model.safetensors");

    /// <summary>The tensors of a file under two prefixes.</summary>
    private static void WriteTwice(string from, string to, params string[] prefixes)
    {
        byte[] bytes = File.ReadAllBytes(from);
        int size = (int)BitConverter.ToInt64(bytes);
        byte[] data = bytes[(8 + size)..];
        var header = new JsonObject();
        for (int i = 0; i < prefixes.Length; i++)
        {
            foreach ((string name, JsonNode? tensor) in JsonNode.Parse(bytes.AsSpan(8, size))!.AsObject()
                .Where(t => t.Key != "__metadata__"))
            {
                JsonNode moved = tensor!.DeepClone();
                moved["data_offsets"] =
                    new JsonArray([.. tensor["data_offsets"]!.AsArray().Select(o => (JsonNode)((long)o! + ((long)i * data.Length)))]);
                header[prefixes[i] + name] = moved;
            }
        }

        byte[] text = JsonSerializer.SerializeToUtf8Bytes(header);
        File.WriteAllBytes(to, [.. BitConverter.GetBytes((long)text.Length), .. text,
            .. Enumerable.Repeat(data, prefixes.Length).SelectMany(d => d)]);
    }

    [Fact]
    public void Photos_become_a_recipe_that_runs_unchanged()
    {
        using var work = new Workspace();
        string photos = work.Photos(16, 8), recipe = work.At("recipe.yaml");
        string[] init = ["init", photos, "--model", "vit_pico_patch4_32", "--weights", Teacher, "--out", recipe];
        CliResult made = Cli.Run([.. init, "--json"]);
        Assert.True(made.ExitCode == 0, made.Error);
        JsonElement answer = JsonDocument.Parse(made.Out).RootElement;
        Assert.Equal(("resnet20", 32), (answer.GetProperty("student").GetString(), answer.GetProperty("image_size").GetInt32()));
        Assert.True(answer.GetProperty("plan").GetProperty("seconds").GetDouble() > 0);
        string text = File.ReadAllText(recipe);
        Assert.Contains("# Time:     about ", text, StringComparison.Ordinal);
        Assert.Contains("3 classes, 16 to 16 training images each: balanced enough (factor 1.0)", text, StringComparison.Ordinal);

        Cli.Run(init).IsBadInput("exists already", "--force");
        Assert.Equal(text, File.ReadAllText(recipe));

        CliResult plan = Cli.Run("run", recipe, "--smoke", "--plan", "--json", "--out", work.At("run"));
        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Equal(5, JsonDocument.Parse(plan.Out).RootElement.GetProperty("parts_left").GetInt32());
        Assert.False(Directory.Exists(work.At("run")));

        CliResult run = Cli.Run("run", recipe, "--smoke", "methods=[standard]", "information.epochs=0", "information.image_size=16",
            "--out", work.At("run"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("Planned: ", run.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(work.At("run", "plan.json")));
        Assert.Contains("plan: Planned: ", File.ReadAllText(work.At("run", "log.txt")), StringComparison.Ordinal);
        Assert.Contains("took ", File.ReadAllText(work.At("run", "report.html")), StringComparison.Ordinal);

        CliResult again = Cli.Run("run", "--resume", work.At("run"), "--plan");
        Assert.Contains("all 1 parts are done", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_looked_at_is_reported_in_one_sentence_and_nothing_is_written()
    {
        using var work = new Workspace();
        string photos = work.Photos(3, 2), recipe = work.At("recipe.yaml");
        Cli.Run("init", work.At("none"), "--out", recipe).IsBadInput("none");
        Directory.CreateDirectory(work.At("empty"));
        Cli.Run("init", work.At("empty"), "--out", recipe).IsBadInput("is empty");
        Cli.Run("init", Path.Combine(photos, "train", "red"), "--out", recipe).IsBadInput("red");
        Cli.Run("init", Path.Combine(photos, "train", "red", "0.png"), "--out", recipe).IsBadInput("0.png");
        Cli.Run("init", photos, "--out", recipe).IsBadInput("a comparison needs 40 and 10");
        Cli.Run("init", photos, "--out", photos).IsBadInput("is a folder");
        Cli.Run("init", photos, "--model", "resnet18", "--out", recipe).IsBadInput("no transformer");
        Directory.CreateDirectory(work.At("single", "red"));
        File.Copy(Path.Combine(photos, "train", "red", "0.png"), work.At("single", "red", "0.png"));
        Cli.Run("init", work.At("single"), "--out", recipe).IsBadInput("one class only, 'red'");
        Assert.False(File.Exists(recipe));
    }

    [Fact]
    public void A_prefix_takes_one_of_several_networks_and_the_recipe_keeps_it()
    {
        using var work = new Workspace();
        string photos = work.Photos(16, 8), recipe = work.At("recipe.yaml"), both = work.At("both.safetensors");
        WriteTwice(Teacher, both, "student.", "teacher.");
        string[] init = ["init", photos, "--model", "vit_pico_patch4_32", "--weights", both, "--out", recipe];
        Cli.Run([.. init, "--prefix", "encoder."]).IsBadInput("No tensor's name begins with 'encoder.'", "'student.' or 'teacher.'");
        Cli.Run("init", photos, "--prefix", "student.", "--out", recipe).IsBadInput("without the weights", "--weights");
        Assert.False(File.Exists(recipe));
        CliResult made = Cli.Run([.. init, "--prefix", "student."]);
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains("weights_prefix: 'student.'", File.ReadAllText(recipe), StringComparison.Ordinal);

        string[] smoke = ["run", recipe, "--smoke", "methods=[standard]", "information.epochs=0", "information.image_size=16", "--out",
            work.At("run")];
        CliResult run = Cli.Run(smoke);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("it is outside 'student.', where the model is", File.ReadAllText(work.At("run", "log.txt")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_that_reads_weights_takes_the_prefix()
    {
        using var work = new Workspace();
        string photos = work.Photos(8, 4), both = work.At("both.safetensors"), picture = Path.Combine(photos, "test", "red", "0.png");
        WriteTwice(Teacher, both, "student.", "teacher.");
        string[] model = ["--model", "vit_pico_patch4_32", "--weights", both];
        foreach (string[] command in new string[][]
        {
            ["inspect", both],
            ["convert", both, work.At("x.safetensors"), "--model", "vit_pico_patch4_32"],
            ["predict", picture, .. model],
            ["export", .. model, "--out", work.At("x.onnx")],
            ["probe", photos, .. model, "--out", work.At("probe")],
            ["finetune", photos, .. model, "--image-size", "32", "--epochs", "1", "--out", work.At("teacher")],
            ["distill", photos, "--student", "vit_pico_patch4_32", "--weights", both, "--image-size", "32", "--epochs", "1", "--out",
                work.At("student")],
        })
        {
            Cli.Run([.. command, "--prefix", "encoder."]).IsBadInput("No tensor's name begins with 'encoder.'", "'student.' or 'teacher.'");
        }

        CliResult distilled = Cli.Run(
            "distill", photos, "--student", "vit_pico_patch4_32", "--weights", both, "--prefix", "student.", "--image-size", "32",
            "--epochs", "1", "--out", work.At("student"));
        Assert.True(distilled.ExitCode == 0, distilled.Error);
        foreach (string[] command in new string[][] { ["finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32"],
            ["distill", photos, "--student", "resnet20"] })
            Cli.Run([.. command, "--prefix", "student.", "--out", work.At("none")]).IsBadInput("without the weights whose names it begins");
    }

    [Fact]
    public void Weights_that_are_not_there_and_sizes_that_do_not_fit_are_reported_before_anything_is_written()
    {
        using var work = new Workspace();
        string photos = work.Photos(16, 6), recipe = work.At("recipe.yaml");
        Cli.Run("init", photos, "--model", "vit_pico_patch4_32", "--out", recipe).IsBadInput("No default weights are known", "--weights");
        Cli.Run("init", photos, "--weights", work.At("none.safetensors"), "--out", recipe).IsBadInput("none.safetensors", "does not exist");
        Cli.Run("init", photos, "--model", "vit_pico_patch4_32", "--weights", Teacher, "--image-size", "30", "--out", recipe)
            .IsBadInput("30 is not a multiple of the patch size 4");
        Assert.False(File.Exists(recipe));
    }
}
