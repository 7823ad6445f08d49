using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using ReMem.Tests.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

public sealed class ModelProbeTests
{
    private static readonly InformationMeterOptions Meter = new() { ImageSize = 8, Epochs = 0, Seeds = 2 };

    [Fact]
    public void A_ViT_is_measured_at_class_token_pooled_feature_patch_tokens_and_logits()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = TinyTraining.Model();
        using MeterImages images = Images();
        using ModelProbe probe = ModelProbe.Read("vit", model, Loader(48, 0), Loader(20, 1),
            cancellationToken: TestContext.Current.CancellationToken);
        ModelInformation information = probe.Measure(images, ["gaussian"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            ["class_token [128]", "pooled [128]", "patch_tokens [128, 8, 8]", "logits [3]"],
            information.Features.Select(f => $"{f.Feature} [{string.Join(", ", f.Shape)}]"));
        Assert.Same(information.Features[0].Information, information.Features[1].Information);
        Assert.All(information.Features, f => Assert.Equal("gaussian", Assert.Single(f.Checks).Method));
        using ModelOutputs train = Evaluator.Run(model, Loader(48, 0), TestContext.Current.CancellationToken), test = Evaluator.Run(model,
            Loader(20, 1), TestContext.Current.CancellationToken);
        InformationResult logits = InformationMeter.Measure(train.Logits, test.Logits, images, TestContext.Current.CancellationToken);
        Assert.Equal(logits.PerSeed, information.Features[3].Information.PerSeed);
        Assert.Equal(
            ["vit class_token", "vit pooled", "vit patch_tokens", "vit logits"],
            information.Against(information with { Model = "other" }).Select(c => c.What));
        Assert.All(information.Against(information), c => Assert.Equal(("inconclusive", 0), (c.Verdict, c.Difference.Mean)));
    }

    [Fact]
    public void A_convolutional_network_has_maps_and_no_class_token()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = TinyTraining.Model(TinyTraining.Convolutional);
        using MeterImages images = Images();
        using ModelProbe probe = ModelProbe.Read("resnet", model, Loader(48, 0), Loader(20, 1),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["pooled", "patch_tokens", "logits"],
            probe.Measure(images, cancellationToken: TestContext.Current.CancellationToken).Features.Select(f => f.Feature));
    }

    [Fact]
    public void What_is_drawn_is_nearer_to_the_image_than_the_mean_image_is()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = TinyTraining.Model();
        using MeterImages images = Images();
        using ModelProbe probe = ModelProbe.Read("vit", model, Loader(48, 0), Loader(20, 1),
            cancellationToken: TestContext.Current.CancellationToken);
        var drawn = probe.Draw([0, 3, 7], images, TestContext.Current.CancellationToken);
        Assert.Equal(["pooled", "logits"], drawn.Select(d => d.Feature));
        using Tensor train = Evaluator.Images(Loader(48, 0, 8), TestContext.Current.CancellationToken),
            test = Evaluator.Images(Loader(20, 1, 8), TestContext.Current.CancellationToken);
        Tensor wanted = test[tensor(new long[] { 0, 3, 7 })].to(ScalarType.Float32);
        double mean = (train.to(ScalarType.Float32).mean([0]) - wanted).square().mean().item<float>();
        foreach ((string feature, Tensor drawings) in drawn)
        {
            Assert.Equal([3, 3, 8, 8], drawings.shape);
            Assert.Equal(ScalarType.Byte, drawings.dtype);
            double error = (drawings.to(ScalarType.Float32) - wanted).square().mean().item<float>();
            Assert.True(error < 0.5 * mean, $"{feature}: {error} against {mean}");
        }
    }

    [Fact]
    public void A_check_that_is_none_is_an_input_error_before_any_measurement()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = TinyTraining.Model();
        using MeterImages images = Images();
        using ModelProbe probe = ModelProbe.Read("vit", model, Loader(48, 0), Loader(20, 1),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Throws<InputException>(() => probe.Measure(images, ["mine"]));
    }

    [Fact]
    public void Maps_that_would_not_fit_into_memory_are_averaged_to_a_coarser_grid()
    {
        using var scope = NewDisposeScope();
        Tensor map = arange(64).to(ScalarType.Float32).view(1, 1, 8, 8);
        Assert.Equal(8, TokenMap.Side(map, 10, 10 * 64 * 4));
        Assert.Equal(7, TokenMap.Side(map, 10, (10 * 64 * 4) - 1));
        Assert.Equal(8, TokenMap.Side(map, 10, 10 * 64 * 2, bytesEach: 2));
        Assert.Equal(1, TokenMap.Side(map, 1000, 1));
        Assert.Equal(map.mean().item<float>(), TokenMap.Coarse(map, 1).item<float>(), 1e-4);
        Assert.Same(map, TokenMap.Coarse(map, 8));
    }

    private static MeterImages Images()
    {
        using Tensor train = Evaluator.Images(Loader(48, 0, 8)), test = Evaluator.Images(Loader(20, 1, 8));
        return MeterImages.Prepare(train, test, Meter);
    }

    private static BatchLoader Loader(int count, int part, int size = 32) => new(
        new Subset(TinyTraining.Source(100), Enumerable.Range(part * 48, count)), ViewOptions.ForEvaluation(size, 1),
        new LoaderOptions { BatchSize = 16 });
}
