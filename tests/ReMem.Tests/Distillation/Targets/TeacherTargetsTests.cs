using ReMem.Data;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Targets;

[Collection(TorchGenerator.Name)]
public class TeacherTargetsTests
{
    [Fact]
    public void Kept_targets_are_the_live_ones_and_cost_the_teacher_one_pass_a_view()
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model();
        int passes = 0;
        teacher.register_forward_pre_hook((_, input) =>
        {
            passes++;
            return input;
        });
        using var live = new TeacherTargets(teacher, 12, views: 0);
        using var kept = new TeacherTargets(teacher, 12, views: 2);
        BatchLoader loader = Loader();
        var rows = new Dictionary<(int View, int Index), Tensor>();
        foreach (int view in new[] { 0, 1 })
        {
            Each(loader, view, view, (batch, i, target) => rows[(view, i)] = target, live);
            Each(loader, view, view, (batch, i, target) => Assert.True(Goldens.Same(rows[(view, i)], target)), kept);
        }

        Assert.Equal(12, passes);
        // Other epochs mix the batches anew; the rows stay with their images.
        Each(loader, 5, 0, (batch, i, target) => Assert.True(Goldens.Same(rows[(0, i)], target)), kept);
        Each(loader, 6, 1, (batch, i, target) => Assert.True(Goldens.Same(rows[(1, i)], target)), kept);
        Assert.Equal(12, passes);
        Assert.False(Goldens.Same(rows[(0, 3)], rows[(1, 3)]));
        Each(loader, 5, 0, (batch, i, target) => Assert.True(allclose(rows[(0, i)], target, rtol: 1e-5, atol: 1e-6)), live);
    }

    [Fact]
    public void A_batch_that_is_known_in_part_is_asked_for_again()
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model();
        using var live = new TeacherTargets(teacher, 12, views: 0);
        using var kept = new TeacherTargets(teacher, 12, views: 1);
        kept.For(Loader().Epoch(0, viewEpoch: 0).First(), 0);
        Each(Loader(), 1, 0, (batch, i, target) => Assert.NotEqual(0, target.abs().sum().item<float>()), kept);
        using Batch first = Loader().Epoch(1, viewEpoch: 0).First();
        Assert.True(allclose(live.For(first, 0).Logits, kept.For(first, 0).Logits, rtol: 1e-5, atol: 1e-6));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_pass_in_half_precision_says_about_the_same_in_float32(int views)
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model();
        using var full = new TeacherTargets(teacher, 12, views, features: true);
        using var half = new TeacherTargets(teacher, 12, views, features: true, precision: Precision.Bf16);
        using Batch batch = Loader().Epoch(0).First();
        (BatchOutputs expected, BatchOutputs said) = (full.For(batch, 0), half.For(batch, 0));
        foreach ((Tensor exact, Tensor rounded) in new[] { (expected.Logits, said.Logits), (expected.Features!, said.Features!) })
        {
            Assert.Equal(ScalarType.Float32, rounded.dtype);
            Assert.False(Goldens.Same(exact, rounded));
            Assert.InRange((exact - rounded).norm().item<float>() / exact.norm().item<float>(), 0, 0.03);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void The_teacher_answers_in_eval_mode_without_gradients(int views)
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model(dropPath: 0.9);
        teacher.train();
        using var targets = new TeacherTargets(teacher, 12, views);
        teacher.register_forward_pre_hook((_, input) =>
        {
            Assert.False(is_grad_enabled());
            return input;
        });
        using Batch batch = Loader().Epoch(0).First();
        Tensor logits = targets.For(batch, 0).Logits;
        Assert.False(teacher.training);
        Assert.False(logits.requires_grad);
        Assert.True(is_grad_enabled());
        Assert.Equal([4, 3], logits.shape);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void The_pooled_feature_comes_with_the_logits_where_it_is_wanted(int views)
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model(Convolutional);
        using var plain = new TeacherTargets(teacher, 12, views);
        using var both = new TeacherTargets(teacher, 12, views, features: true);
        using Batch batch = Loader().Epoch(0).First();
        Assert.Null(plain.For(batch, 1 % Math.Max(1, views)).Features);
        BatchOutputs outputs = both.For(batch, 1 % Math.Max(1, views));
        Assert.True(allclose(plain.For(batch, 1 % Math.Max(1, views)).Logits, outputs.Logits, rtol: 1e-5, atol: 1e-6));
        using var guard = no_grad();
        Tensor expected = teacher.ForwardHead(teacher.ForwardFeatures(teacher.Info.Normalization.Apply(batch.Images)), preLogits: true);
        Assert.True(allclose(expected, outputs.Features!, rtol: 1e-5, atol: 1e-6));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Nothing_is_left_behind(int views)
    {
        CollectGarbage();
        using ImageModel teacher = Model();
        using Batch batch = Loader().Epoch(0).First();
        Once();
        long before = Tensor.TotalCount;
        Once();
        TensorCount.HasNotGrown(before, Tensor.TotalCount);

        void Once()
        {
            using var targets = new TeacherTargets(teacher, 12, views);
            targets.For(batch, 0).Logits.Dispose();
            targets.For(batch, 0).Logits.Dispose();
        }
    }

    private static void Each(BatchLoader loader, int epoch, int view, Action<Batch, int, Tensor> see, TeacherTargets targets)
    {
        foreach (Batch batch in loader.Epoch(epoch, viewEpoch: view))
        {
            using (batch)
            {
                Tensor logits = targets.For(batch, view).Logits;
                for (int row = 0; row < batch.Count; row++)
                    see(batch, batch.Indices[row], logits[row]);
            }
        }
    }
}
