using ReMem.Data;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Distillation.Cache;
using ReMem.Models;
using ReMem.Tests.Data;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation.Cache;

[Collection(TorchGenerator.Name)]
public sealed class TeacherCacheKeyTests : IDisposable
{
    private static readonly LoaderOptions Batches = new() { BatchSize = 4, Seed = 9, Shuffle = true };
    private static readonly ViewOptions Views = ViewOptions.ForTraining(32);
    private readonly ImageModel _teacher = Model(seed: 8);

    public void Dispose() => _teacher.Dispose();

    [Fact]
    public void The_same_views_of_the_same_teacher_are_one_key_whatever_batches_they_come_in()
    {
        using ImageModel same = Model(seed: 8);
        TeacherCacheKey key = Key();
        Assert.Equal(key.Fingerprint, Key(teacher: same).Fingerprint);
        Assert.Equal(key.Fingerprint,
            Key(batches: Batches with { BatchSize = 3, Shuffle = false, DropLast = true, Threads = 1, ViewCacheBytes = 5 }).Fingerprint);
        Assert.Empty(key.DifferencesFrom(new TeacherCacheKey(key.Parts)));
    }

    [Fact]
    public void With_mixed_images_the_unlabelled_ones_and_their_ratio_are_part_of_the_key()
    {
        MemorySource Images(int label) => new([.. Enumerable.Range(0, 6).Select(i => TestImages.Encode(8, 8, i))],
            [.. Enumerable.Repeat(label, 6)]);
        TeacherCacheKey Of(LoaderOptions batches, int second) =>
            TeacherCacheKey.Of(_teacher, new BatchLoader(new JoinedSource(Images(0), Images(second)), Views, batches), "data");
        LoaderOptions mixed = Batches with { MixupAlpha = 0.2 };
        string[] keys =
        [
            Of(mixed, 1).Fingerprint, Of(mixed, UnlabelledImages.NoLabel).Fingerprint,
            Of(mixed with { UnlabelledRatio = 3 }, UnlabelledImages.NoLabel).Fingerprint,
        ];
        Assert.Equal(3, keys.Distinct().Count());
        // Where images are not mixed a view does not depend on its batch.
        Assert.Equal(Of(Batches, 1).Fingerprint, Of(Batches with { UnlabelledRatio = 3 }, UnlabelledImages.NoLabel).Fingerprint);
    }

    [Fact]
    public void Whatever_changes_an_output_changes_the_key_and_is_named()
    {
        using ImageModel other = Model(seed: 9);
        using ImageModel normalised = ModelCatalogue.Create(
            ModelCatalogue.Info(Vit) with { Normalization = new Normalization([0.1, 0.2, 0.3], [1, 1, 1]) },
            new ModelOptions { NumClasses = 3, ImageSize = 32 });
        Differs(Key(teacher: other), "its teacher weights are others");
        Differs(Key(teacher: normalised), "its teacher normalisation is", "its teacher weights are others");
        Differs(Key(data: "other"), "its training images are others");
        Differs(Key(count: 11), "its number of images is 12, and 11 is wanted");
        Differs(Key(batches: Batches with { Seed = 1 }), "its seed is 9, and 1 is wanted");
        Differs(Key(Views with { Scale = (0.2, 1) }), "its view option Scale is 0.35 to 1, and 0.2 to 1 is wanted");
        Differs(Key(Views with { ColorJitter = 0.25 }), "its view option ColorJitter is 0, and 0.25 is wanted");
        Differs(Key(Views with { Interpolation = Interpolation.Bilinear }), "its view option Interpolation is Bicubic");
        Differs(Key(precision: Precision.Bf16), "its precision is float32, and bfloat16 is wanted");
        Differs(Key(batches: Batches with { MixupAlpha = 0.2 }),
            "its mixing is none, and mixup 0.2, cutmix 0, shuffled batches of 4, 12 images is wanted");
    }

    [Fact]
    public void Mixed_images_depend_on_their_batches()
    {
        LoaderOptions mixed = Batches with { CutmixAlpha = 1 };
        Assert.NotEqual(Key(batches: mixed).Fingerprint, Key(batches: mixed with { BatchSize = 3 }).Fingerprint);
        Assert.NotEqual(Key(batches: mixed).Fingerprint, Key(batches: mixed with { Shuffle = false }).Fingerprint);
        Assert.NotEqual(Key(batches: mixed).Fingerprint, Key(batches: mixed with { Sampling = ClassSampling.Balanced }).Fingerprint);
        Assert.Equal(Key().Fingerprint, Key(batches: Batches with { Sampling = ClassSampling.Balanced }).Fingerprint);
    }

    private void Differs(TeacherCacheKey wanted, params string[] said)
    {
        TeacherCacheKey key = Key();
        Assert.NotEqual(key.Fingerprint, wanted.Fingerprint);
        string differences = string.Join("; ", key.DifferencesFrom(wanted));
        foreach (string part in said)
            Assert.Contains(part, differences, StringComparison.Ordinal);
    }

    private TeacherCacheKey Key(ViewOptions? views = null, LoaderOptions? batches = null, ImageModel? teacher = null, string data = "data",
        int count = 12, Precision precision = Precision.Fp32) =>
        TeacherCacheKey.Of(teacher ?? _teacher, new BatchLoader(Source(count), views ?? Views, batches ?? Batches), data, precision);
}
