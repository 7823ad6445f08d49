using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public class MicroBatchesTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(99)]
    public void Pieces_have_the_gradient_of_the_whole(int pieces)
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model();
        using var parameters = new ParameterSet(model);
        using Batch batch = Loader(batch: 7).Epoch(0).First();
        GradientResult whole = new PlainGradient(parameters).Compute(0, MicroBatches.Losses(Job(model), batch, default, 1));
        Tensor expected = parameters.Gradients();
        IReadOnlyList<Func<Tensor>> losses = MicroBatches.Losses(Job(model), batch, default, pieces);
        Assert.Equal(Math.Min(pieces, 7), losses.Count);
        GradientResult result = new PlainGradient(parameters).Compute(0, losses);
        Assert.Equal(whole.Loss, result.Loss, 1e-6);
        Assert.True((parameters.Gradients() - expected).norm().item<float>() < 1e-5 * whole.GradientNorm);
    }

    [Fact]
    public void A_training_in_pieces_ends_as_one_in_whole_batches()
    {
        using ImageModel whole = Model(), pieces = Model();
        TrainingResult expected = Tune(whole, 1), result = Tune(pieces, 2);
        foreach (var (a, b) in expected.Epochs.Zip(result.Epochs))
        {
            Assert.Equal(a.TrainLoss, b.TrainLoss, 1e-4);
            Assert.Equal(a.Rise, b.Rise, 1e-3);
        }

        static TrainingResult Tune(ImageModel model, int pieces) =>
            new TeacherFineTuner(Options with { Accumulate = pieces, Optimizer = OptimizerKind.Sgd, Lr = 0.01 },
                new TeacherOptions { Rho = 0.05 }).Run(Job(model));
    }

    [Fact]
    public void A_part_of_a_mixed_batch_keeps_the_labels_of_partners_outside_of_it()
    {
        using var scope = NewDisposeScope();
        using var batch = new Batch(arange(5).view(5, 1, 1, 1).expand(5, 3, 2, 2).to(ScalarType.Byte), tensor(new long[] { 0, 1, 2, 0, 2 }),
            [4, 3, 2, 1, 0])
        { Mix = new BatchMix(0.75) };
        Tensor whole = batch.Targets(3);
        Batch part = batch.Part(1, 3), inner = part.Part(1, 2);
        Assert.True(Goldens.Same(whole.narrow(0, 1, 3), part.Targets(3)));
        Assert.True(Goldens.Same(whole.narrow(0, 2, 2), inner.Targets(3)));
        Assert.Equal([3, 2, 1], part.Indices);
        Assert.True(Goldens.Same(batch.Images.narrow(0, 1, 3), part.Images));
    }
}
