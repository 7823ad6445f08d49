using ReMem.Data.Pixels;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>
/// Makes the square view of an image that a model sees: random resized crop, flip, policy, colour jitter, greying, blur and erasing, in
/// timm's order, or timm's evaluation transform (both over PIL's arithmetic). A view is a function of the image, the options and its random
/// stream: seed, epoch and index reproduce it.
/// </summary>
internal static class ViewTransform
{
    private const int Attempts = 10;

    /// <summary>The random stream of a sample's view.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The sample's index in its source.</param>
    public static CounterRandom Random(long seed, int epoch, long index) => new(seed, "view", epoch, index);

    /// <summary>Makes the view.</summary>
    /// <param name="image">The decoded image, 1 x 1 or larger.</param>
    /// <param name="options">The view's options, already validated.</param>
    /// <param name="random">The random stream of a training view; unused in evaluation.</param>
    /// <returns>An image of exactly Size x Size.</returns>
    public static RgbImage Apply(RgbImage image, ViewOptions options, CounterRandom random) => Apply(image, options, random, options.Size);

    /// <summary>The same view at another size, for a teacher or a student: same crop, flip, colours and erased share.</summary>
    /// <param name="image">The decoded image.</param>
    /// <param name="options">The view's options.</param>
    /// <param name="random">The view's random stream.</param>
    /// <param name="size">Side in pixels.</param>
    public static RgbImage Apply(RgbImage image, ViewOptions options, CounterRandom random, int size) =>
        Apply(image, options, random, size, null);

    /// <summary>Makes the view in an existing buffer; null allocates one.</summary>
    internal static RgbImage Apply(RgbImage image, ViewOptions options, CounterRandom random, int size, byte[]? into)
    {
        if (!options.Train)
            return CenterView.Apply(image, size, options.CropPct, options.Interpolation, into);

        double scale = (double)size / options.Size;
        PixelBox crop = RandomCrop(image.Width, image.Height, options, ref random);
        bool flipped = random.NextDouble() < options.HorizontalFlip;
        RgbImage view = Resampler.Resize(image, size, size, options.Interpolation, crop, 0, 0, size, size, into, flipped);
        Augmentation.Parse(options.Augmentation)?.Apply(view, scale, ref random);
        if (options.ColorJitter > 0)
            ColorJitter.Apply(view.Pixels, options.ColorJitter, ref random);
        if (options.Grayscale > 0 && random.NextDouble() < options.Grayscale)
            PixelOps.Grayscale(view.Pixels);
        if (options.Blur > 0 && random.NextDouble() < options.Blur)
            GaussianBlur.Apply(view, BlurSigma(ref random) * scale);
        if (options.RandomErasing > 0 && random.NextDouble() < options.RandomErasing)
            RandomErasing.Apply(view, ref random);
        return view;
    }

    /// <summary>
    /// Shorter side in pixels that an image must be decoded to so that this view's crop need not be enlarged. 0 is the
    /// full size.
    /// </summary>
    /// <param name="width">The image's own columns, upright.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="options">The view's options.</param>
    /// <param name="random">The view's random stream.</param>
    internal static double EnoughSide(int width, int height, ViewOptions options, CounterRandom random)
    {
        if (!options.Train || !options.ScaledDecoding)
            return 0;
        PixelBox crop = RandomCrop(width, height, options, ref random);
        return Math.Max(options.Size, options.SecondSize ?? 0) * (double)Math.Min(width, height) / Math.Min(crop.Width, crop.Height);
    }

    /// <summary>The deviation of a blur, 0.1 to 2 pixels as in SimCLR.</summary>
    internal static double BlurSigma(ref CounterRandom random) => random.Uniform(0.1, 2);

    /// <summary>torchvision's RandomResizedCrop: ten tries, then the largest centred crop whose ratio is allowed.</summary>
    internal static PixelBox RandomCrop(int width, int height, ViewOptions options, ref CounterRandom random)
    {
        double area = (double)width * height;
        double logMin = Math.Log(options.Ratio.Low), logMax = Math.Log(options.Ratio.High);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double target = area * random.Uniform(options.Scale.Low, options.Scale.High);
            double ratio = Math.Exp(random.Uniform(logMin, logMax));
            int w = (int)Math.Round(Math.Sqrt(target * ratio));
            int h = (int)Math.Round(Math.Sqrt(target / ratio));
            if (w > 0 && w <= width && h > 0 && h <= height)
            {
                int x = random.NextInt(width - w + 1);
                return new PixelBox(x, random.NextInt(height - h + 1), w, h);
            }
        }

        double shape = (double)width / height;
        int cropWidth = shape > options.Ratio.High ? Math.Clamp((int)Math.Round(height * options.Ratio.High), 1, width) : width;
        int cropHeight = shape < options.Ratio.Low ? Math.Clamp((int)Math.Round(width / options.Ratio.Low), 1, height) : height;
        return new PixelBox((width - cropWidth) / 2, (height - cropHeight) / 2, cropWidth, cropHeight);
    }
}
