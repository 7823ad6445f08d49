using ReMem.Information;
using ReMem.Models;
using ReMem.Weights;

namespace ReMem.Tests.Information;

public sealed class ProbedModelTests
{
    [Fact]
    public void Folders_are_called_by_as_many_of_their_parents_as_are_needed_to_distinguish_them()
    {
        using var folder = new TemporaryFolder();
        string Save(params string[] path)
        {
            string to = Path.Combine([folder.Path, .. path]);
            using ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 2 });
            ModelFolder.Save(to, model, ["a", "b"]);
            return to;
        }

        string one = Save("one", "teacher"), two = Save("two", "teacher");
        IReadOnlyList<ProbedModel> models = ProbedModel.Load([one, two], null, null, null, null);
        Assert.Equal(["one-teacher", "two-teacher"], models.Select(m => m.Name));
        Assert.All(models, m => Assert.Equal(["a", "b"], m.Labels!));
        Assert.Equal("teacher", Assert.Single(ProbedModel.Load([one], null, null, null, null)).Name);
        Assert.Contains("names a folder twice",
            Assert.Throws<InputException>(() => ProbedModel.Load([one, one], null, null, null, null)).Message, StringComparison.Ordinal);

        // Weights without a folder: the class names of their head are unknown.
        ProbedModel named = Assert.Single(ProbedModel.Load([], "resnet20", Path.Combine(one, "model.safetensors"), null, null));
        Assert.Equal(("resnet20", 2), (named.Name, named.Model.Options.NumClasses));
        Assert.Null(named.Labels);
        foreach (ProbedModel model in models.Append(named))
            model.Model.Dispose();
    }

    [Theory]
    [InlineData("resnet20", null)]
    [InlineData(null, "weights.pth")]
    [InlineData(null, null)]
    public void A_model_has_a_folder_or_a_name_with_weights(string? name, string? weights) =>
        Assert.Contains("--model-dir DIR, or --model NAME",
            Assert.Throws<InputException>(() => ProbedModel.Load([], name, weights, null, null)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_takes_nothing_else() =>
        Assert.Contains("give no --model", Assert.Throws<InputException>(() => ProbedModel.Load(["x"], null, null, null, 32)).Message,
            StringComparison.Ordinal);
}
