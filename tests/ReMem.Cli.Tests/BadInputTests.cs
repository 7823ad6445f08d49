namespace ReMem.Cli.Tests;

/// <summary>User errors: one sentence, exit code 2, nothing lost and nothing written.</summary>
public class BadInputTests
{
    [Theory]
    [InlineData("finetun", "finetun")]
    [InlineData("models --jsn", "--jsn")]
    [InlineData("models resnet81", "did you mean 'resnet18'")]
    [InlineData("run", "No recipe was given")]
    [InlineData("run missing.yaml", "does not exist")]
    [InlineData("run --resume missing", "no run to resume")]
    [InlineData("compare", "Required argument 'RUNS' missing")]
    [InlineData("compare missing", "no report.json")]
    [InlineData("compare both=", "does not name a folder")]
    [InlineData("predict cat.jpg", "--model-dir")]
    [InlineData("predict cat.jpg --model resnet81 --weights w", "did you mean 'resnet18'")]
    [InlineData("predict cat.jpg --model-dir missing --top 0", "--top is 0")]
    [InlineData("predict cat.jpg --model-dir missing --format cvs", "did you mean 'csv'")]
    [InlineData("predict cat.jpg --model-dir missing --format csv --json", "exclude each other")]
    [InlineData("predict cat.jpg --model-dir missing --on-bad-image skp", "did you mean 'skip'")]
    [InlineData("predict cat.jpg --model-dir missing --min-probability 2", "between 0 and 1")]
    [InlineData("predict - --model-dir missing", "standard input")]
    [InlineData("evaluate photos --model-dir missing --split tset", "did you mean 'test'")]
    [InlineData("evaluate photos --model-dir missing --on-bad-image skp", "did you mean 'skip'")]
    [InlineData("init NOSUCH", "'NOSUCH' does not exist")]
    [InlineData("init NOSUCH --model deit_tinny_patch16_224", "did you mean 'deit_tiny_patch16_224'")]
    [InlineData("init NOSUCH --student resnet81", "did you mean 'resnet18'")]
    [InlineData("init NOSUCH --weights missing.safetensors", "missing.safetensors")]
    [InlineData("init NOSUCH --image-size 97 --model deit_tiny_patch16_224", "97 is not a multiple of the patch size 16")]
    [InlineData("finetune NOSUCH --model vit_pico_patch4_23 --out out", "did you mean 'vit_pico_patch4_32'")]
    [InlineData("finetune NOSUCH --model vit_pico_patch4_32 --image-size 30 --out out", "30 is not a multiple of the patch size 4")]
    [InlineData("finetune NOSUCH --model vit_pico_patch4_32 --image-size 32 --sharpness smm --out out", "smm")]
    [InlineData("finetune NOSUCH --model vit_pico_patch4_32 --image-size 32 --reweighting top(9,0.5) --out out", "has 6")]
    [InlineData("finetune NOSUCH --model vit_pico_patch4_32 --image-size 32 --weights missing.pth --out out", "missing.pth")]
    [InlineData("distill NOSUCH --student resnet81 --out out", "did you mean 'resnet18'")]
    [InlineData("predict --model resnet18 --weights missing.safetensors cat.jpg", "does not exist")]
    [InlineData("inspect missing.pth", "does not exist")]
    [InlineData("convert missing.pth out.safetensors", "does not exist")]
    [InlineData("convert missing.pth out.pth", "safetensors")]
    [InlineData("export --model-dir missing --out a.safetensors --softmax", "--softmax is for ONNX files only")]
    [InlineData("export --model-dir missing --out a.safetensors --features", "--features is for ONNX files only")]
    [InlineData("export --model-dir missing --out a.onnx --input rgb", "'rgb'")]
    [InlineData("export --model-dir missing --out a.tflite", "'.tflite'")]
    [InlineData("export --out a.onnx", "--model NAME with --weights FILE")]
    [InlineData("export --model-dir missing --labels x --out a.onnx", "no --labels")]
    [InlineData("export --model resnet18 --weights missing.pth --out a.onnx", "does not exist")]
    [InlineData("evaluate photos --model-dir missing", "missing")]
    [InlineData("finetune missing --model vit_pico_patch4_32 --image-size 32 --out out", "missing")]
    public void Is_reported_in_one_sentence(string arguments, string part) => Cli.Run(arguments.Split(' ')).IsBadInput(part);

    [Fact]
    public void Wrong_options_and_data_are_reported_before_anything_is_written()
    {
        using var work = new Workspace();
        string photos = work.Photos(3, 2);
        CliResult Finetune(params string[] more) => Cli.Run(
            ["finetune", photos, "--model", "vit_pico_patch4_32", "--epochs", "1", "--out", work.At("out"),
                .. more.Contains("--image-size") ? [] : new[] { "--image-size", "32" }, .. more]);
        Finetune("--image-size", "30").IsBadInput("30 is not a multiple of the patch size 4");
        Finetune("--reweighting", "tpo(2,0.5)").IsBadInput("did you mean 'top'");
        Finetune("--reweighting", "top(9,0.5)").IsBadInput("has 6");
        Finetune("--rho", "-1").IsBadInput("rho");
        Finetune("training.epohs=3").IsBadInput("did you mean 'teacher.training.epochs'");
        Finetune("training.freeze=9").IsBadInput("has 6");
        Finetune("training.freeze=block.0").IsBadInput("did you mean 'blocks");
        Finetune("training.progressive=from(16)").IsBadInput("made for one image size");
        Finetune("training.sampling=balancd").IsBadInput("did you mean 'balanced'");
        Finetune("training.patience=2").IsBadInput("training.keep=best");
        Finetune("--weights", work.At("none.safetensors")).IsBadInput("does not exist");
        Finetune("--on-bad-image", "ignore").IsBadInput("on_bad_image");

        File.WriteAllText(work.At("broken.safetensors"), "0123456789");
        Finetune("--weights", work.At("broken.safetensors")).IsBadInput("broken.safetensors");

        File.WriteAllText(work.At("photos", "train", "red", "0.png"), "no image");
        Finetune().IsBadInput("0.png");
        Directory.CreateDirectory(work.At("photos", "test", "violet"));
        File.Copy(work.At("photos", "test", "red", "0.png"), work.At("photos", "test", "violet", "0.png"));
        Finetune().IsBadInput("violet");
        Assert.False(File.Exists(work.At("out", "model.safetensors")));
    }

    [Fact]
    public void A_bad_image_can_be_skipped()
    {
        using var work = new Workspace();
        string photos = work.Photos(6, 3);
        File.WriteAllText(work.At("photos", "train", "red", "0.png"), "no image");
        CliResult skipped = Cli.Run("finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "1", "--rho",
            "0", "--on-bad-image", "skip",
            "--out", work.At("out"), "training.batch_size=8");
        Assert.True(skipped.ExitCode == 0, skipped.Error);
        Assert.Contains("0.png", skipped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_files_are_not_overwritten()
    {
        using var work = new Workspace();
        string photos = work.Photos(3, 2);
        Directory.CreateDirectory(work.At("out"));
        File.WriteAllText(work.At("out", "holiday.txt"), "x");
        Cli.Run("finetune", photos, "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "1", "--out", work.At("out"))
            .IsBadInput("no run of remem");
        Assert.Single(Directory.GetFileSystemEntries(work.At("out")));
    }

    [Fact]
    public void What_a_worker_finds_wrong_is_reported_as_if_it_were_found_here()
    {
        using var work = new Workspace();
        File.WriteAllText(work.At("recipe.yaml"), $$"""
            name: tiny
            data: { source: '{{work.Photos(3, 2)}}', image_size: 32 }
            teacher: { model: vit_pico_patch4_32, weights: '{{work.At("none.safetensors")}}' }
            methods: [standard, sam]
            """);
        Cli.Run("run", work.At("recipe.yaml"), "--jobs", "2", "--out", work.At("out")).IsBadInput("none.safetensors", "does not exist");
        Assert.False(Directory.Exists(work.At("out")), "what is missing is found before anything is made");
        // A file that is there is read by the worker first.
        File.WriteAllText(work.At("none.safetensors"), "0123456789");
        Cli.Run("run", work.At("recipe.yaml"), "--jobs", "2", "--out", work.At("out")).IsBadInput("none.safetensors");
        Assert.False(Directory.EnumerateFileSystemEntries(work.At("out")).Any(), "the folder is free for the mended command");
        Cli.Run("run", work.At("recipe.yaml"), "student.distillation.objective=kl + dkd(1)", "--out", work.At("out"))
            .IsBadInput("'kl + dkd(1)' cannot be read");
        Cli.Run("run", work.At("recipe.yaml"), "--jobs", "0", "--out", work.At("out")).IsBadInput("number of jobs is 0");
    }
}
