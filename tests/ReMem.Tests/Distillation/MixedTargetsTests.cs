using ReMem.Data;
using ReMem.Distillation;
using ReMem.Models;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

[Collection(TorchGenerator.Name)]
public class MixedTargetsTests
{
    [Fact]
    public void A_mixed_batch_is_answered_live_and_leaves_no_trace()
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model();
        using var kept = new TeacherTargets(teacher, 12, views: 1);
        LoaderOptions options = new() { BatchSize = 4, Seed = 9 };
        Batch mixed = new BatchLoader(Source(12), ViewOptions.ForTraining(32), options with { MixupAlpha = 1 }).Epoch(0).First();
        Batch plain = new BatchLoader(Source(12), ViewOptions.ForTraining(32), options).Epoch(0).First();
        Tensor ofMixed = kept.For(mixed, 0).Logits, ofPlain = kept.For(plain, 0).Logits;
        Assert.False(allclose(ofMixed, ofPlain, rtol: 1e-5, atol: 1e-6));
        Assert.True(allclose(teacher.call(teacher.Info.Normalization.Apply(plain.Images)), ofPlain, rtol: 1e-5, atol: 1e-6));
        Assert.True(allclose(teacher.call(teacher.Info.Normalization.Apply(mixed.Images)), kept.For(mixed, 0).Logits, rtol: 1e-5, atol: 1e-6));
        mixed.Dispose();
        plain.Dispose();
    }
}
