using ReMem.Distillation.Cache;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Plan;
using ReMem.Recipes.Stages;
using static TorchSharp.torch;

namespace ReMem.Tests.Recipes.Plan;

/// <summary>What is measured follows from what the recipe will do; how long it takes is the machine's.</summary>
[Collection(TorchGenerator.Name)]
public sealed class CostMeasurementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _threads = get_num_threads();

    public CostMeasurementTests()
    {
        set_num_threads(1);
        _folder.Images("photos/a", 40).Images("photos/b", 40);
    }

    public void Dispose()
    {
        set_num_threads(_threads);
        _folder.Dispose();
    }

    [Fact]
    public void Without_teachers_nothing_of_them_is_measured()
    {
        RunRates rates = Measure("methods=[none]");
        Assert.True(rates.Teacher is null && rates.Plain is null && rates.Sharpness is null && rates.Taught is null && rates.Meter is null,
            $"{rates}");
        Assert.Equal(0, rates.CachedView);
        RequireMeasured(rates.Alone!);
        RequireMeasured(rates.Student, "resnet20");
        Assert.All(new[] { rates.Export, rates.CheckImage, rates.WriteRate, rates.Decoding.View, rates.BaseMemory },
            value => Assert.True(value > 0, $"{rates}"));

        // Photos are 6 x 5 pixels of three bytes, of which the mean is rounded.
        Assert.InRange(rates.Decoding.Bytes, 80, 6 * 5 * 3);
    }

    [Theory]
    [InlineData("standard", "student.distillation.views=1,student.distillation.cache_top_k=1", false, 3, false)]
    [InlineData("reweighted", "student.distillation.views=1,student.distillation.cache=none", false, 0, false)]
    [InlineData("both", "student.distillation.views=1,student.distillation.objective=hint", true, 2, true)]
    public void With_a_teacher_that_is_measured_with_its_student_its_radius_and_its_cache(string method, string settings, bool sharp,
        int logits, bool features)
    {
        Recipe recipe = Recipe([$"methods=[{method}]", .. settings.Split(',')]);
        RunRates rates = Measure(recipe);
        Assert.Null(rates.Alone);
        RequireMeasured(rates.Plain!);
        RequireMeasured(rates.Taught!);
        RequireMeasured(rates.Teacher!, "vit_pico_patch4_32");
        Assert.Equal(sharp, rates.Sharpness is not null);
        if (rates.Sharpness is not null)
            RequireMeasured(rates.Sharpness);
        Assert.True(rates.Meter!.Image > 0 && rates.Meter.Logits.Of(100) > 0 && rates.Meter.Pooled.Of(100) > 0, $"{rates.Meter}");

        // 16-bit numbers: both logits, or the larger one with its class and the rest; and the pooled feature.
        long row = sizeof(ushort) * (logits + (features ? rates.Teacher!.Features : 0));
        Assert.Equal(logits == 0 ? 0 : CacheShard.HeaderBytes + (row * PreparedData.Open(recipe.Data, 1).Dataset.Train.Count),
            rates.CachedView);
    }

    [Fact]
    public void It_stops_when_it_is_reported_to()
    {
        Recipe recipe = Recipe("methods=[none]");
        PreparedData data = PreparedData.Open(recipe.Data, 1);
        Assert.Throws<OperationCanceledException>(() =>
            new CostMeasurement(recipe, data, Options, 1, new CancellationToken(canceled: true)).Run());
    }

    private static PlanOptions Options => new() { Steps = 1, Window = 0, Seconds = 0.1 };

    private RunRates Measure(params string[] settings) => Measure(Recipe(settings));

    private static RunRates Measure(Recipe recipe) =>
        new CostMeasurement(recipe, PreparedData.Open(recipe.Data, 1), Options, 1, CancellationToken.None).Run();

    private Recipe Recipe(params string[] settings) => RecipeReader.Parse(
        $$"""
        name: tiny
        threads: 1
        data: { source: '{{_folder.File("photos")}}', image_size: 16, crop_pct: 1 }
        teacher: { model: vit_pico_patch4_32, training: { epochs: 2, batch_size: 4 } }
        student: { model: resnet20, training: { epochs: 2, batch_size: 4 } }
        information: { image_size: 8, epochs: 0, seeds: 2 }
        """,
        "r.yaml",
        settings);

    private static void RequireMeasured(TrainingRate rate) =>
        Assert.True(rate.Fresh > 0 && double.IsFinite(rate.Fresh) && rate.Kept > 0 && double.IsFinite(rate.Kept) && rate.Memory >= 0,
            $"{rate}");

    private static void RequireMeasured(ModelRate rate, string model)
    {
        using ImageModel same = ModelCatalogue.Create(model, new ModelOptions { NumClasses = 2, ImageSize = 16 });
        Assert.Equal(same.parameters().Sum(p => p.numel()), rate.Parameters);
        Assert.Equal(same.NumFeatures, rate.Features);
        Assert.True(rate.Create > 0 && rate.EvaluateImage > 0, $"{rate}");
    }
}
