using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;
using ReMem.Recipes;
using ReMem.Recipes.Init;

namespace ReMem.Tests.Recipes.Init;

public sealed class RecipeProposerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_imbalanced_folder_gets_all_methods_and_the_figures_behind_them()
    {
        _folder.Images("my photos/a", 100).Images("my photos/b", 20);
        RecipeProposal proposal = Propose(new ProposalOptions { Source = _folder.File("my photos"), Cores = 2 });
        Recipe recipe = proposal.Recipe;
        Assert.Equal(["none", "standard", "sam", "reweighted", "both"], recipe.Methods);
        Assert.Equal(("deit_tiny_patch16_224", "hf-hub:timm/deit_tiny_patch16_224.fb_in1k"),
            (recipe.Teacher.Model, recipe.Teacher.Weights));
        Assert.Equal(("my-photos", 32, "resnet20"), (recipe.Name, recipe.Data.ImageSize, recipe.Student.Model));
        Assert.Equal([0, 1, 2], recipe.Seeds);
        Assert.Equal(8, recipe.Student.Training.BatchSize);
        string text = proposal.Text(null);
        Assert.Contains("# 2 classes, 14 to 70 training images each: imbalanced (factor 5.0), 84 images in all: small.", text,
            StringComparison.Ordinal);
        Assert.Contains("a shorter side of 5 px or more", text, StringComparison.Ordinal);
        Assert.Contains("val_fraction: 0.15", text, StringComparison.Ordinal);
        Assert.Contains("Without a network", text, StringComparison.Ordinal);
        Assert.DoesNotContain("# Time:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Unlabelled_images_are_counted_lengthen_epochs_and_have_a_control()
    {
        _folder.Images("set/a", 60).Images("set/b", 60).Images("loose", 600).Images("loose/set", 2);
        File.Copy(_folder.File("set/a/000.png"), _folder.File("loose/copy.png"));
        var options = new ProposalOptions { Source = _folder.File("set"), Cores = 2, Unlabelled = _folder.File("loose") };
        ImageDataset data = DatasetReader.Open(options.Source);
        UnlabelledImages unlabelled = UnlabelledImages.Open(
            options.Unlabelled, new DatasetOptions(), data, BadImagePolicy.Fail, 1, null);
        RecipeProposal proposal = RecipeProposer.Propose(data, DatasetInspector.Inspect(data, 1), options, unlabelled);
        Assert.Equal(["none", "standard", "sam", "reweighted", "both", "pseudo"], proposal.Recipe.Methods);
        Assert.Equal(options.Unlabelled, proposal.Recipe.Data.Unlabelled);
        Assert.Equal((0.8, 0.5), (proposal.Recipe.Student.Distillation.Weight,
            Propose(options with { Unlabelled = null }).Recipe.Student.Distillation.Weight));
        Assert.True(proposal.StudentEpochs < Propose(options with { Unlabelled = null }).StudentEpochs);
        Assert.Contains("# 602 images without labels", proposal.Text(null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_teacher_of_few_labels_is_trained_longer_and_at_a_higher_rate()
    {
        _folder.Images("few/a", 450).Images("few/b", 440).Images("more/a", 800).Images("more/b", 800);
        RecipeProposal few = Propose(new ProposalOptions { Source = _folder.File("few"), Cores = 2 });
        RecipeProposal more = Propose(new ProposalOptions { Source = _folder.File("more"), Cores = 2 });
        // 623 images in 19 steps of 32, and 1120 in 17 of 64: what was measured, and the usual.
        Assert.Equal((18, 32, 3e-4), Teacher(few.Recipe));
        Assert.Equal((9, 64, 2e-4), Teacher(more.Recipe));
        Assert.Equal((64, 64), (few.Recipe.Student.Training.BatchSize, more.Recipe.Student.Training.BatchSize));
        Assert.Contains("docs/results/fit.md", few.Text(null), StringComparison.Ordinal);
        Assert.Contains("about 160 steps", more.Text(null), StringComparison.Ordinal);

        static (int Epochs, int Batch, double Rate) Teacher(Recipe recipe) =>
            (recipe.Teacher.Training.Epochs, recipe.Teacher.Training.BatchSize, recipe.Teacher.Training.Lr);
    }

    [Fact]
    public void A_student_starts_from_pretrained_weights_where_the_teachers_are_downloaded_too()
    {
        _folder.Images("set/a", 60).Images("set/b", 60);
        string weights = _folder.File("student.safetensors");
        File.WriteAllBytes(weights, [1]);
        RecipeProposal Of(string? student, string? given = null, string? teacher = null) => Propose(new ProposalOptions
        {
            Source = _folder.File("set"),
            Cores = 2,
            Student = student,
            StudentWeights = given,
            Weights = teacher,
            ImageSize = 64,
        });
        RecipeProposal pretrained = Of("resnet18"), scratch = Of("resnet18", "none");
        Assert.Equal("hf-hub:timm/resnet18.a1_in1k", pretrained.Recipe.Student.Weights);
        Assert.Null(scratch.Recipe.Student.Weights);
        Assert.True(pretrained.Recipe.Student.Training.Lr < scratch.Recipe.Student.Training.Lr);
        Assert.True(pretrained.StudentEpochs < scratch.StudentEpochs);
        Assert.Contains("'weights: auto' takes timm's weights", scratch.Text(null), StringComparison.Ordinal);
        Assert.Null(Of("resnet20").Recipe.Student.Weights);
        Assert.DoesNotContain("weights: auto", Of("resnet20").Text(null), StringComparison.Ordinal);
        Assert.Equal(weights, Of("resnet20", weights).Recipe.Student.Weights);
        Assert.Null(Of("resnet18", teacher: weights).Recipe.Student.Weights);
        Assert.Equal("hf-hub:timm/resnet18.a1_in1k", Of("resnet18", "auto", weights).Recipe.Student.Weights);
        Assert.Equal("No default weights are known for 'resnet20'.",
            Assert.Throws<InputException>(() => Of("resnet20", "auto")).Message);
        Assert.Contains("missing.safetensors", Assert.Throws<InputException>(() => Of("resnet18", "missing.safetensors")).Where,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Given_splits_stay_and_what_leaks_between_them_is_reported()
    {
        foreach ((string split, int count) in new[] { ("train", 30), ("val", 6), ("test", 8) })
            _folder.Images($"set/{split}/a", count).Images($"set/{split}/b", count);
        _folder.Add("set/test/a/leak.png", File.ReadAllBytes(_folder.File("set/train/a/000.png")));
        RecipeProposal proposal = Propose(new ProposalOptions { Source = _folder.File("set") });
        string text = proposal.Text(null);
        Assert.DoesNotContain("val_fraction", text, StringComparison.Ordinal);
        Assert.Contains("# 1 validation or test images are in another split", text, StringComparison.Ordinal);
        Assert.Contains("balanced enough (factor 1.0)", text, StringComparison.Ordinal);
        Assert.Equal(LeakagePolicy.Warn, proposal.Recipe.Data.OnLeakage);
    }

    [Fact]
    public void Copies_within_an_undivided_set_are_kept_together_and_broken_images_left_out()
    {
        _folder.Images("set/a", 60).Images("set/b", 60);
        _folder.Add("set/a/copy.png", File.ReadAllBytes(_folder.File("set/a/000.png")));
        _folder.Add("set/a/broken.png", "no image"u8.ToArray());
        Recipe recipe = Propose(new ProposalOptions { Source = _folder.File("set") }).Recipe;
        Assert.True(recipe.Data.Reading.KeepNearDuplicatesTogether);
        Assert.Equal(BadImagePolicy.Skip, recipe.Data.OnBadImage);
    }

    [Fact]
    public void What_is_decided_already_is_kept()
    {
        _folder.Images("it's/a", 60).Images("it's/b", 60);
        string weights = _folder.File("w.safetensors");
        File.WriteAllText(weights, "not read yet");
        RecipeProposal proposal = Propose(new ProposalOptions
        {
            Source = _folder.File("it's"),
            Model = "vit_pico_patch4_32",
            Weights = weights,
            WeightsPrefix = "student's.",
            Student = "convnext_atto",
            ImageSize = 64,
        });
        Recipe recipe = proposal.Recipe;
        Assert.Equal(("vit_pico_patch4_32", weights, "convnext_atto", 64),
            (recipe.Teacher.Model, recipe.Teacher.Weights, recipe.Student.Model, recipe.Data.ImageSize));
        Assert.Equal("student's.", recipe.Teacher.WeightsPrefix);
        Assert.Equal("top(2,0.5)", recipe.Teacher.Options.Reweighting);
        Assert.Equal(_folder.File("it's"), recipe.Data.Source);
        Assert.DoesNotContain("downloaded", proposal.Text(null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnet18", null, "is no transformer")]
    [InlineData("deit_tini_patch16_224", null, "did you mean 'deit_tiny_patch16_224'")]
    [InlineData("vit_huge_patch14_224", null, "No default weights are known for 'vit_huge_patch14_224'")]
    [InlineData(null, "mobilenetv9", "mobilenetv9")]
    public void Wrong_choices_are_named(string? model, string? student, string message)
    {
        _folder.Images("set/a", 40).Images("set/b", 40);
        InputException error = Assert.Throws<InputException>(() =>
            Propose(new ProposalOptions { Source = _folder.File("set"), Model = model, Student = student }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_images_are_refused()
    {
        _folder.Images("set/a", 12).Images("set/b", 12);
        Assert.Contains("a comparison needs 40 and 10",
            Assert.Throws<InputException>(() => Propose(new ProposalOptions { Source = _folder.File("set") })).Message,
            StringComparison.Ordinal);
    }

    private static RecipeProposal Propose(ProposalOptions options)
    {
        ImageDataset data = DatasetReader.Open(options.Source);
        return RecipeProposer.Propose(data, DatasetInspector.Inspect(data, 1), options);
    }
}
