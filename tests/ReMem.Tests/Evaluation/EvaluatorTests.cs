using ReMem.Data;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Tests.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Evaluation;

public sealed class EvaluatorTests
{
    private const int Size = 16;

    [Fact]
    public void Outputs_are_the_models_own_in_the_sources_order()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model();
        MemorySource source = MemorySource.Of(7);
        using ModelOutputs outputs = Evaluator.Run(model, Loader(source, batch: 3));
        Assert.Equal([7, 3], outputs.Logits.shape);
        Assert.Equal([7, model.NumFeatures], outputs.Features.shape);
        Assert.Equal([0, 1, 2, 0, 1, 2, 0], outputs.Labels.data<long>().ToArray());

        using var guard = no_grad();
        model.eval();
        using Tensor images = Evaluator.Images(Loader(source, batch: 7));
        Tensor direct = model.call(model.Info.Normalization.Apply(images));
        Assert.True(outputs.Logits.allclose(direct, 1e-4, 1e-5));
        Dictionary<string, Tensor> state = model.state_dict();
        Tensor classified = outputs.Features.matmul(state["fc.weight"].t()) + state["fc.bias"];
        Assert.True(outputs.Logits.allclose(classified, 1e-4, 1e-5));
    }

    [Fact]
    public void Images_are_the_views_as_bytes()
    {
        MemorySource source = MemorySource.Of(4);
        using Tensor images = Evaluator.Images(Loader(source, batch: 3));
        Assert.Equal(ScalarType.Byte, images.dtype);
        Assert.Equal([4, 3, Size, Size], images.shape);
        using Tensor last = images[3];
        using Tensor alone = Evaluator.Images(new BatchLoader(new MemorySource([source.Read(3)]), View(), new LoaderOptions()));
        using Tensor expected = alone[0];
        Assert.True(Goldens.Same(expected, last));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_runs_in_eval_mode_without_gradients_and_restores_the_mode(bool training)
    {
        using ImageModel model = Model();
        model.train(training);
        // BatchNorm would show it: in training mode one image's answer depends on its neighbours, and running statistics move.
        using ModelOutputs together = Evaluator.Run(model, Loader(MemorySource.Of(6), batch: 6));
        using ModelOutputs apart = Evaluator.Run(model, Loader(MemorySource.Of(6), batch: 1));
        Assert.True(together.Logits.allclose(apart.Logits, 1e-4, 1e-5));
        Assert.False(together.Logits.requires_grad);
        Assert.Equal(training, model.training);
    }

    [Fact]
    public void Cancelling_restores_the_mode()
    {
        using ImageModel model = Model();
        model.train();
        Assert.Throws<OperationCanceledException>(() =>
            Evaluator.Run(model, Loader(MemorySource.Of(4), batch: 2), new CancellationToken(true)));
        Assert.True(model.training);
        Assert.Throws<OperationCanceledException>(() =>
            Evaluator.Images(Loader(MemorySource.Of(4), batch: 2), new CancellationToken(true)));
    }

    [Fact]
    public void Outputs_outlive_the_callers_scope_and_nothing_else_stays()
    {
        using ImageModel model = Model();
        ModelOutputs outputs;
        Evaluator.Run(model, Loader(MemorySource.Of(4), batch: 2)).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
            outputs = Evaluator.Run(model, Loader(MemorySource.Of(4), batch: 2));
        Assert.Equal(4, outputs.Logits.shape[0]);
        outputs.Dispose();
        Assert.True(outputs.Features.IsInvalid);
        // The two batches' images and labels were born on the loader's threads, and ended on this one.
        Assert.Equal(before - 4, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Scores_agree_with_the_full_metrics()
    {
        using ImageModel model = Model();
        using ModelOutputs outputs = Evaluator.Run(model, Loader(MemorySource.Of(9), batch: 4));
        ClassificationMetrics metrics = ClassificationMetrics.From(outputs.Logits, outputs.Labels, ["a", "b", "c"]);
        Assert.Equal(metrics.Top1, outputs.Top1());
        Assert.Equal(metrics.NegativeLogLikelihood, outputs.CrossEntropy(), 1e-5);
    }

    [Fact]
    public void No_image_is_an_input_error()
    {
        using ImageModel model = Model();
        Assert.Throws<InputException>(() => Evaluator.Run(model, Loader(new MemorySource([]), batch: 2)));
        Assert.Throws<InputException>(() => Evaluator.Images(Loader(new MemorySource([]), batch: 2)));
    }

    private static ImageModel Model() =>
        ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 3, ImageSize = Size });

    private static ViewOptions View() => ViewOptions.ForEvaluation(Size, 1, Interpolation.Bilinear);

    private static BatchLoader Loader(IImageSource source, int batch) => new(source, View(), new LoaderOptions { BatchSize = batch });
}
