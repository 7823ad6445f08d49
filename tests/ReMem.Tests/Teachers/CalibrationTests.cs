using ReMem.Models;
using ReMem.Teachers;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

[Collection(TorchGenerator.Name)]
public class CalibrationTests
{
    /// <summary>Two classes with a margin of 2a between their logits: sigmoid(2 a / T) is the share of right answers.</summary>
    [Theory]
    [InlineData(3.0, 8)]
    [InlineData(0.5, 6)]
    [InlineData(5.0, 9)]
    public void The_temperature_of_two_classes_has_a_closed_form(double a, int right)
    {
        using var scope = NewDisposeScope();
        Tensor logits = stack([.. Enumerable.Range(0, 10).Select(_ => tensor(new[] { (float)a, (float)-a }))]);
        Tensor labels = tensor(Enumerable.Range(0, 10).Select(i => i < right ? 0L : 1L).ToArray());
        double share = right / 10.0;
        Assert.Equal(2 * a / Math.Log(share / (1 - share)), Calibration.Temperature(logits, labels), 1e-6);
    }

    [Fact]
    public void It_minimises_the_cross_entropy_of_many_classes_and_stays_within_bounds()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        Tensor logits = randn(200, 7) * 4, labels = (logits + (randn(200, 7) * 3)).argmax(1);
        double best = Calibration.Temperature(logits, labels);
        double Loss(double t) => nn.functional.cross_entropy(logits.to(ScalarType.Float64) / t, labels).item<double>();
        Assert.All(new[] { 0.98, 1.02 }, factor => Assert.True(Loss(factor * best) > Loss(best)));
        Assert.Equal(0.1, Calibration.Temperature(logits, logits.argmax(1)), 1e-6);
        Assert.Equal(10, Calibration.Temperature(logits, logits.argmin(1)), 1e-6);
    }

    [Theory]
    [InlineData("vit_pico_patch4_32")]
    [InlineData("deit_tiny_distilled_patch16_224")]
    public void A_models_logits_are_divided_and_its_features_stay(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 5, ImageSize = 32 });
        model.eval();
        Tensor images = randn(2, 3, 32, 32), logits = model.call(images), features = model.ForwardFeatures(images);
        Calibration.Apply(model, 2.5);
        Assert.True(allclose(logits / 2.5, model.call(images), 1e-5, 1e-6));
        Assert.True(features.Equals(model.ForwardFeatures(images)) || allclose(features, model.ForwardFeatures(images)));
    }
}
