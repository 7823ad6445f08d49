using ReMem.Data;
using ReMem.Distillation;
using ReMem.Models;
using ReMem.Tests.Data;
using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

[Collection(TorchGenerator.Name)]
public class DistillerTests
{
    private static readonly TrainingOptions Options = new() { Epochs = 3, BatchSize = 4, Lr = 1e-3, WarmupEpochs = 0 };

    [Fact]
    public void Kept_targets_are_the_live_ones()
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model("vit_pico_patch4_32");
        using var kept = new TeacherTargets(teacher, 6, views: 2);
        using var live = new TeacherTargets(teacher, 6, views: 0);
        BatchLoader loader = Loader(6);
        foreach (int pass in new[] { 0, 1 })
        {
            foreach (int view in new[] { 0, 1 })
            {
                foreach (Batch batch in loader.Epoch(pass, viewEpoch: view))
                {
                    using (batch)
                        Assert.True(allclose(live.For(batch, view), kept.For(batch, view), rtol: 1e-5, atol: 1e-6));
                }
            }
        }

        Assert.False(teacher.training);
    }

    [Fact]
    public void With_weight_0_the_teacher_changes_nothing()
    {
        using ImageModel teacher = Model("vit_pico_patch4_32");
        using ImageModel alone = Student(null, 0.9), taught = Student(teacher, 0), led = Student(teacher, 0.9);
        foreach (var (name, value) in alone.state_dict())
            Assert.True(Goldens.Same(value, taught.state_dict()[name]), name);
        Assert.Contains(alone.state_dict(), entry => !Goldens.Same(entry.Value, led.state_dict()[entry.Key]));
    }

    [Fact]
    public void A_teacher_of_other_classes_is_refused()
    {
        using ImageModel teacher = Model("vit_pico_patch4_32", classes: 5);
        Assert.Contains("knows 5 classes", Assert.Throws<InputException>(() => Student(teacher, 0.5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_teacher_of_another_size_is_refused()
    {
        using ImageModel teacher = Model("vit_pico_patch4_32", size: 16);
        Assert.Contains("16 px", Assert.Throws<InputException>(() => Student(teacher, 0.5)).Message, StringComparison.Ordinal);
    }

    private static ImageModel Student(ImageModel? teacher, double weight)
    {
        ImageModel student = Model("resnet20");
        var job = new TrainingJob { Stage = "test", Model = student, Train = Loader(8), Seed = 1 };
        new Distiller(Options, new DistillationOptions { Weight = weight, Temperature = 2, Views = 2 }).Run(job, teacher, 8);
        return student;
    }

    private static ImageModel Model(string name, int classes = 3, int size = 32)
    {
        manual_seed(2);
        return ModelCatalogue.Create(name, new ModelOptions { NumClasses = classes, ImageSize = size });
    }

    private static BatchLoader Loader(int count) =>
        new(MemorySource.Of(count), ViewOptions.ForTraining(32), new LoaderOptions { BatchSize = 4, Shuffle = true, Seed = 9 });
}
