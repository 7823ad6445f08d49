using ReMem.Models;
using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

public class ModelFingerprintTests
{
    [Fact]
    public void It_follows_the_weights_and_survives_a_folder()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var folder = new TemporaryFolder();
        using var model = (VisionTransformer)ModelCatalogue.Create(ModelCatalogue.DemoTeacher,
            new ModelOptions { NumClasses = 3, ImageSize = 16 });
        string first = ModelFingerprint.Of(model);
        Assert.Equal(64, first.Length);
        Assert.Equal(first, ModelFingerprint.Of(model));

        model.Blocks[5].MlpScale = 0.5;
        string reweighted = ModelFingerprint.Of(model);
        Assert.NotEqual(first, reweighted);
        ModelFolder.Save(folder.Path, model, ["a", "b", "c"]);
        using (ImageModel read = ModelFolder.Load(folder.Path).Model)
            Assert.Equal(reweighted, ModelFingerprint.Of(read));

        model.state_dict()["head.bias"][2] = 0.25f;
        Assert.NotEqual(reweighted, ModelFingerprint.Of(model));
    }
}
