using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation;
using ReMem.Models;
using ReMem.Training;
using ReMem.Weights;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation;

[Collection(TorchGenerator.Name)]
public class TeacherCheckTests
{
    private static readonly BatchLoader Validation = new(Source(60), ViewOptions.ForEvaluation(32), new LoaderOptions());

    [Fact]
    public void A_teacher_that_knows_its_classes_is_fine_and_what_is_wrong_with_another_is_named()
    {
        using ImageModel teacher = Trained(ModelCatalogue.Info(Convolutional));
        Assert.Null(TeacherCheck.Warning(teacher, Validation));

        // The same weights under a normalisation that leaves no colour to tell.
        using ImageModel blind = ModelCatalogue.Create(
            teacher.Info with { Normalization = new Normalization([0, 0, 0], [1e5, 1e5, 1e5]) },
            new ModelOptions { NumClasses = 3, ImageSize = 32 });
        blind.load_state_dict(teacher.state_dict());
        string warning = TeacherCheck.Warning(blind, Validation)!;
        Assert.Contains("no better than chance (33.3 %)", warning, StringComparison.Ordinal);
        Assert.Contains("likely its normalisation is wrong, since with mean 0.485 0.456 0.406", warning, StringComparison.Ordinal);

        // The same features under a head whose classes are in another order.
        ClassOrder.Apply(teacher, ["a", "b", "c"], ["b", "c", "a"], "teacher");
        warning = TeacherCheck.Warning(teacher, Validation)!;
        Assert.Contains("likely its head is not trained on these classes, or has them in another order", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_see_nothing_are_named_last()
    {
        using ImageModel teacher = Model(Convolutional);
        using var guard = TorchSharp.torch.no_grad();
        foreach (var parameter in teacher.parameters())
            TorchSharp.torch.nn.init.zeros_(parameter);
        Assert.Contains("likely its weights are not those that were trained for this data, or not for images of 32 px",
            TeacherCheck.Warning(teacher, Validation), StringComparison.Ordinal);
    }

    private static ImageModel Trained(ModelInfo info)
    {
        TorchSharp.torch.manual_seed(5);
        ImageModel model = ModelCatalogue.Create(info, new ModelOptions { NumClasses = 3, ImageSize = 32 });
        new Trainer(Options with { Epochs = 6, Lr = 5e-3 }).Run(Job(model) with { Train = Loader(36, 6) });
        return model;
    }
}
