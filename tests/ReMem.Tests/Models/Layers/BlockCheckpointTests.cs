using ReMem.Models;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Tests.Training;
using ReMem.Training;
using TorchSharp;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Models.Layers;

[Collection(TorchGenerator.Name)]
public class BlockCheckpointTests
{
    [Theory]
    [MemberData(nameof(TinyTransformers.Names), MemberType = typeof(TinyTransformers))]
    public void The_gradients_are_the_plain_ones_bit_for_bit(string name)
    {
        using var scope = NewDisposeScope();
        using TransformerModel model = TinyTransformers.Make(name, new ModelOptions { DropPathRate = 0.5 });
        model.train();
        AssertSameGradients(model, TinyTransformers.Images(6), mixed: false);
    }

    [Fact]
    public void The_gradients_are_the_plain_ones_in_bf16_too()
    {
        using var scope = NewDisposeScope();
        using TransformerModel model = TinyTransformers.Make("vit_base_patch16_224", new ModelOptions { DropPathRate = 0.5 });
        model.train();
        AssertSameGradients(model, TinyTransformers.Images(6), mixed: true);
    }

    [Theory]
    [InlineData("blocks.1", "norm", "head")]
    [InlineData("head")]
    [InlineData("blocks.0.attn.qkv.bias")]
    public void Frozen_parts_change_nothing(params string[] trained)
    {
        using var scope = NewDisposeScope();
        using TransformerModel model = TinyTransformers.Make("vit_base_patch16_224");
        foreach (var (name, value) in model.named_parameters())
            value.requires_grad = trained.Any(t => name.StartsWith(t, StringComparison.Ordinal));
        AssertSameGradients(model, TinyTransformers.Images(), mixed: false);
    }

    [Fact]
    public void Blocks_run_again_only_where_a_gradient_is_wanted()
    {
        using var scope = NewDisposeScope();
        using TransformerModel model = TinyTransformers.Make("vit_base_patch16_224");
        model.GradCheckpointing = true;
        int calls = 0;
        model.Blocks[1].register_forward_pre_hook((_, input) =>
        {
            calls++;
            return input;
        });
        using (no_grad())
            model.call(TinyTransformers.Images());
        Assert.Equal(1, calls);
        model.call(TinyTransformers.Images()).sum().backward();
        Assert.Equal(3, calls);
    }

    [Fact]
    public void The_generator_goes_on_as_without()
    {
        using var scope = NewDisposeScope();
        using TransformerModel model = TinyTransformers.Make("vit_base_patch16_224", new ModelOptions { DropPathRate = 0.5 });
        model.train();
        float Next(bool checkpoint)
        {
            model.GradCheckpointing = checkpoint;
            manual_seed(4);
            model.call(TinyTransformers.Images()).sum().backward();
            return rand(1).item<float>();
        }

        Assert.Equal(Next(false), Next(true));
    }

    [Fact]
    public void A_training_with_SAM_ends_with_the_same_bits_and_leaves_the_model_as_it_was()
    {
        using ImageModel plain = Model(dropPath: 0.3), checkpointed = Model(dropPath: 0.3);
        var teacher = new TeacherOptions { Rho = 0.1 };
        TrainingResult expected = new TeacherFineTuner(Options, teacher).Run(Job(plain));
        TinyTraining.AssertSame(expected, new TeacherFineTuner(Options with { GradCheckpointing = true }, teacher).Run(Job(checkpointed)));
        TinyTraining.AssertSame(plain, checkpointed);
        Assert.False(((TransformerModel)checkpointed).GradCheckpointing);
    }

    [Fact]
    public void A_convolutional_network_is_refused()
    {
        using ImageModel model = Model(Convolutional);
        InputException error = Assert.Throws<InputException>(() =>
            new TeacherFineTuner(Options with { GradCheckpointing = true }, new TeacherOptions()).Run(Job(model)));
        Assert.Equal("training.grad_checkpointing", error.Where);
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        CollectGarbage();
        using ImageModel model = Model(dropPath: 0.2);
        var counts = new List<long>();
        new TeacherFineTuner(Options with { Epochs = 4, GradCheckpointing = true }, new TeacherOptions { Rho = 0.05 }).Run(Job(model) with
        {
            Validate = _ =>
            {
                CollectGarbage();
                counts.Add(Tensor.TotalCount);
                return (0, 0);
            },
        });
        TensorCount.HasNotGrown(counts[1], counts[3]);
    }

    private static void AssertSameGradients(TransformerModel model, Tensor images, bool mixed)
    {
        using var parameters = new ParameterSet(model);
        (Tensor logits, Tensor gradient) = Run(false);
        (Tensor again, Tensor checkpointed) = Run(true);
        Assert.True(Goldens.Same(logits, again));
        Assert.True(Goldens.Same(gradient, checkpointed));
        Assert.NotEqual(0, gradient.abs().sum().item<float>());

        (Tensor, Tensor) Run(bool checkpoint)
        {
            model.GradCheckpointing = checkpoint;
            manual_seed(11);
            parameters.ZeroGradients();
            Tensor output;
            using (mixed ? Autocast.Enter(DeviceType.CPU) : null)
                output = model.call(images);
            output.to(ScalarType.Float32).square().sum().backward();
            return (output.detach(), parameters.Gradients());
        }
    }
}
