using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Losses;

/// <summary>The goldens' formula inputs.</summary>
internal static class DistillationInputs
{
    public static (Tensor Student, Tensor Teacher, Tensor Labels) Logits() =>
    (
        Goldens.UniformTensor("student", 3, 8, 10),
        Goldens.UniformTensor("teacher", 4, 8, 10),
        tensor(Enumerable.Range(0, 8).Select(i => (long)(3 * i % 10)).ToArray()));

    public static (Tensor Student, Tensor Teacher) Features() =>
        (Goldens.UniformTensor("student.features", 1, 8, 16), Goldens.UniformTensor("teacher.features", 1, 8, 16));
}
