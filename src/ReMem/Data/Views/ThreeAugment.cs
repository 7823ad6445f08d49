using ReMem.Data.Pixels;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>
/// 3-Augment (Touvron 2022, DeiT III): one of grey, solarized and blurred. Its colour jitter is the view's option (0.3 in the paper).
/// </summary>
internal sealed class ThreeAugment : Augmentation
{
    public override void Apply(RgbImage image, double pixelScale, ref CounterRandom random)
    {
        int which = random.NextInt(3);
        double sigma = ViewTransform.BlurSigma(ref random);
        if (which == 0)
            PixelOps.Grayscale(image.Pixels);
        else if (which == 1)
            PixelOps.Solarize(image.Pixels, 128);
        else
            GaussianBlur.Apply(image, sigma * pixelScale);
    }
}
