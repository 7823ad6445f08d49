using ReMem.Data.Layouts;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Weights;

namespace ReMem.Tests.Evaluation;

public sealed class LabelledModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_thousand_classes_without_names_are_ImageNets()
    {
        LabelledModel model = LabelledModel.FromWeights("resnet20", Weights(1000));
        Assert.Equal(ImageNetClasses.Names, model.Labels);
        Assert.Contains("ImageNet's names", model.Note);
        model.Model.Dispose();
    }

    [Fact]
    public void Given_names_count_and_others_are_numbers()
    {
        string weights = Weights(3), names = _folder.File("names.txt");
        File.WriteAllText(names, "a\nb\nc\n");
        LabelledModel named = LabelledModel.FromWeights("resnet20", weights, names);
        Assert.Equal(["a", "b", "c"], named.Labels);
        Assert.Null(named.Note);
        Assert.Equal(["class 0", "class 1", "class 2"], LabelledModel.FromWeights("resnet20", weights).Labels);
        File.WriteAllText(names, "a\nb\n");
        Assert.Equal(
            "The labels name 2 classes, but the weights have 3.",
            Assert.Throws<InputException>(() => LabelledModel.FromWeights("resnet20", weights, names)).Message);
    }

    [Fact]
    public void A_folder_has_its_own_names()
    {
        Weights(2);
        Assert.Equal(["class 0", "class 1"], LabelledModel.FromFolder(_folder.File("2")).Labels);
    }

    private string Weights(int classes)
    {
        string folder = Path.Combine(_folder.Path, classes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = classes });
        ModelFolder.Save(folder, model, [.. Enumerable.Range(0, classes).Select(i => $"class {i}")]);
        return Path.Combine(folder, "model.safetensors");
    }
}
