using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation.Targets;
using ReMem.Models;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

[Collection(TorchGenerator.Name)]
public class MixedTargetsTests
{
    [Fact]
    public void A_mixed_batch_comes_round_and_is_answered_once()
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model();
        using var kept = new TeacherTargets(teacher, 12, views: 1);
        int passes = 0;
        teacher.register_forward_pre_hook((_, input) =>
        {
            passes++;
            return input;
        });
        var loader = new BatchLoader(Source(12), ViewOptions.ForTraining(32),
            new LoaderOptions { BatchSize = 4, Seed = 9, Shuffle = true, MixupAlpha = 1 });
        foreach (int epoch in new[] { 0, 1, 2 })
        {
            foreach (Batch batch in loader.Epoch(epoch, viewEpoch: 0))
            {
                using (batch)
                {
                    Tensor logits = kept.For(batch, 0).Logits;
                    int before = passes;
                    Assert.True(allclose(teacher.call(teacher.Info.Normalization.Apply(batch.Images)), logits, rtol: 1e-5, atol: 1e-6));
                    passes = before;
                }
            }
        }

        Assert.Equal(3, passes);
    }
}
