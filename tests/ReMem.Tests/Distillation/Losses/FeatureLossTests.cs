using ReMem.Distillation.Losses;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Losses;

public class FeatureLossTests
{
    public static TheoryData<string> Losses => ["hint_mse", "cosine_feature", "rkd_distance", "rkd_angle"];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Each_gives_the_reference(string golden)
    {
        using var scope = NewDisposeScope();
        var (student, teacher) = DistillationInputs.Features();
        Assert.Equal(Goldens.Math.GetProperty(golden).GetDouble(), Loss(golden)(student, teacher).item<double>(), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_student_that_agrees_gets_a_finite_gradient_of_nothing(string golden)
    {
        using var scope = NewDisposeScope();
        Tensor student = DistillationInputs.Features().Student.requires_grad_();
        Tensor value = Loss(golden)(student, student.detach());
        value.backward();
        Assert.Equal(0, value.item<double>(), 1e-9);
        Assert.True(student.grad!.abs().max().item<double>() < 1e-7);
    }

    [Theory]
    [InlineData("rkd_distance")]
    [InlineData("rkd_angle")]
    public void Relations_ask_for_no_common_width_nor_scale(string golden)
    {
        using var scope = NewDisposeScope();
        var (student, _) = DistillationInputs.Features();
        Assert.Equal(0, Loss(golden)(student, cat([student * 3, zeros(8, 5, ScalarType.Float64)], 1)).item<double>(), 1e-9);
    }

    private static Func<Tensor, Tensor, Tensor> Loss(string golden) => golden switch
    {
        "hint_mse" => FeatureLoss.Hint,
        "cosine_feature" => FeatureLoss.Cosine,
        "rkd_distance" => FeatureLoss.RelationalDistance,
        _ => FeatureLoss.RelationalAngle,
    };
}
