using ReMem.Data.Pixels;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>
/// TrivialAugment (Müller 2021) in its wide space, as torchvision's TrivialAugmentWide: one operation at one of 31 strengths.
/// </summary>
internal sealed class TrivialAugment : Augmentation
{
    private const int Bins = 31;
    private const int Operations = 14;

    public override void Apply(RgbImage image, double pixelScale, ref CounterRandom random)
    {
        int operation = random.NextInt(Operations);
        double share = random.NextInt(Bins) / (Bins - 1.0);
        double signed = random.NextInt(2) == 0 ? share : -share;
        Span<byte> pixels = image.Pixels;
        switch (operation)
        {
            case 0:
                break; // Identity.
            case 1:
                Warp(AffineWarp.ShearX(0.99 * signed));
                break;
            case 2:
                Warp(AffineWarp.ShearY(0.99 * signed));
                break;
            case 3:
                Warp(AffineWarp.Translate((int)(32 * signed) * pixelScale, 0));
                break;
            case 4:
                Warp(AffineWarp.Translate(0, (int)(32 * signed) * pixelScale));
                break;
            case 5:
                Warp(AffineWarp.Rotate(135 * signed, image.Width, image.Height));
                break;
            case 6:
                PixelOps.Brightness(pixels, (float)(1 + (0.99 * signed)));
                break;
            case 7:
                PixelOps.Color(pixels, (float)(1 + (0.99 * signed)));
                break;
            case 8:
                PixelOps.Contrast(pixels, (float)(1 + (0.99 * signed)));
                break;
            case 9:
                PixelOps.Sharpness(pixels, image.Width, (float)(1 + (0.99 * signed)));
                break;
            case 10:
                PixelOps.Posterize(pixels, 8 - (int)Math.Round(share * 6));
                break;
            case 11:
                PixelOps.Solarize(pixels, (int)Math.Ceiling(255 * (1 - share)));
                break;
            case 12:
                PixelOps.AutoContrast(pixels);
                break;
            default:
                PixelOps.Equalize(pixels);
                break;
        }

        // torchvision's defaults: the nearest pixel, black outside.
        void Warp(AffineWarp warp) => warp.Apply(image, Interpolation.Nearest, default);
    }
}
