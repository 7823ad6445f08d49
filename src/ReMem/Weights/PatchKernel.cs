using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>
/// Resamples patch embeddings to another patch size (FlexiViT's pseudo-inverse resize, Beyer 2023), as timm's <c>resample_patch_embed</c>.
/// </summary>
internal static class PatchKernel
{
    /// <summary>
    /// The kernel whose responses to bicubically resized patches are closest to the old kernel's on the original patches; for a larger
    /// patch they are equal.
    /// </summary>
    /// <param name="kernel">float [C, 3, p, p].</param>
    /// <param name="patch">Side of the new patch, pixels.</param>
    /// <returns>float [C, 3, patch, patch].</returns>
    public static Tensor Resample(Tensor kernel, int patch)
    {
        using DisposeScope scope = NewDisposeScope();
        long old = kernel.shape[3];

        // Row i is the i-th pixel of an old patch, resized to a new one.
        Tensor basis = eye(old * old, dtype: ScalarType.Float64).view(old * old, 1, old, old);
        Tensor resize = nn.functional.interpolate(basis, size: [patch, patch], mode: InterpolationMode.Bicubic, align_corners: false,
            antialias: true);
        Tensor inverse = linalg.pinv(resize.view(old * old, (long)patch * patch)).to(kernel.device);
        Tensor flat = kernel.to(ScalarType.Float64).view(-1, old * old);
        return flat.matmul(inverse.transpose(0, 1)).view(kernel.shape[0], kernel.shape[1], patch, patch).to(kernel.dtype)
            .MoveToOuterDisposeScope();
    }
}
