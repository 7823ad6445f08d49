using System.ComponentModel.DataAnnotations;
using ReMem.Data.Pixels;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>How an image becomes a square model input.</summary>
public sealed record ViewOptions : ViewPolicy
{
    /// <summary>The centre view, with every other option at its default.</summary>
    public ViewOptions()
    {
    }

    /// <summary>A view of a policy.</summary>
    /// <param name="policy">What happens to it after its crop.</param>
    internal ViewOptions(ViewPolicy policy)
        : base(policy)
    {
    }

    /// <summary>Side of the view in pixels, 1 to 4096.</summary>
    [Range(1, 4096)]
    public required int Size { get; init; }

    /// <summary>True draws a random view (crop, flip, jitter); false takes the centre, always the same. Default false.</summary>
    public bool Train { get; init; }

    /// <summary>
    /// Area of the random crop as a share of the image, above 0 to 1. Default 0.35 to 1; timm's is 0.08 to 1,
    /// for ImageNet's long schedules:
    /// short fine-tuning on few images does better when the object stays in the crop.
    /// </summary>
    public (double Low, double High) Scale { get; init; } = (0.35, 1);

    /// <summary>Width by height of the random crop, above 0. Default 3/4 to 4/3.</summary>
    public (double Low, double High) Ratio { get; init; } = (3.0 / 4, 4.0 / 3);

    /// <summary>
    /// Side in pixels of a second tensor of the very same views, 1 to 4096, for a model that wants another resolution. Default null: none.
    /// </summary>
    [Range(1, 4096)]
    public int? SecondSize { get; init; }

    /// <summary>
    /// Training only: a JPEG that is far larger than its view's crop needs is decoded at a half, a quarter or an eighth of its size,
    /// several times faster.
    /// Which one is a function of the image, these options and the view's draws. Evaluation never does. Default true.
    /// </summary>
    public bool ScaledDecoding { get; init; } = true;

    /// <summary>The filter of the resize. Default bicubic.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;

    /// <summary>
    /// Evaluation only: the shorter side is resized to floor(Size / CropPct) before the centre crop; 0.01 to 1. Default 0.9.
    /// </summary>
    [Range(0.01, 1)]
    public double CropPct { get; init; } = 0.9;

    /// <summary>Random views of a size, with every other option at its default.</summary>
    public static ViewOptions ForTraining(int size) => new ViewOptions { Size = size, Train = true }.Validated();

    /// <summary>The centre view of a size.</summary>
    public static ViewOptions ForEvaluation(int size, double cropPct = 0.9, Interpolation interpolation = Interpolation.Bicubic) =>
        new ViewOptions { Size = size, CropPct = cropPct, Interpolation = interpolation }.Validated();

    /// <summary>An interpolation by timm's name: nearest, bilinear, bicubic, lanczos.</summary>
    /// <exception cref="InputException">No interpolation has that name.</exception>
    internal static Interpolation ParseInterpolation(string name) =>
        Enum.TryParse(name, ignoreCase: true, out Interpolation parsed) && Enum.IsDefined(parsed)
            ? parsed
            : throw Nearest.Unknown("interpolation", name, ["nearest", "bilinear", "bicubic", "lanczos"]);

    /// <summary>These options, once their ranges hold.</summary>
    /// <exception cref="InputException">A value is out of its range; the message names the option, the value and the range.</exception>
    internal ViewOptions Validated()
    {
        DataOptions.Validate(this, "view");
        if (!(Scale.Low > 0 && Scale.Low <= Scale.High && Scale.High <= 1))
            throw new InputException($"The view's scale is {Scale.Low} to {Scale.High}.",
                remedy: "Give a rising range above 0 and up to 1.");
        if (!(Ratio.Low > 0 && Ratio.Low <= Ratio.High && Ratio.High <= 100))
            throw new InputException($"The view's ratio is {Ratio.Low} to {Ratio.High}.",
                remedy: "Give a rising range above 0 and up to 100.");
        return this;
    }
}
