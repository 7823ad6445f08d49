using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>How an image becomes the square that a model sees.</summary>
public sealed record ViewOptions
{
    /// <summary>Side of the view, pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Random crop, flip and colour; else resize and centre crop.</summary>
    public bool Train { get; init; }

    /// <summary>Area share of the random crop. Default 0.35 to 1.</summary>
    public (double Low, double High) Scale { get; init; } = (0.35, 1);

    /// <summary>Aspect ratio of the random crop. Default 3/4 to 4/3.</summary>
    public (double Low, double High) Ratio { get; init; } = (3.0 / 4, 4.0 / 3);

    /// <summary>Chance of a horizontal flip. Default 0.5.</summary>
    public double HorizontalFlip { get; init; } = 0.5;

    /// <summary>Strength s of colour jitter: brightness, contrast and saturation factors are drawn from [1 - s, 1 + s]. Default 0.</summary>
    public double ColorJitter { get; init; }

    /// <summary>Evaluation resizes the shorter side to floor(Size / CropPct). Default 0.9.</summary>
    public double CropPct { get; init; } = 0.9;

    /// <summary>The filter. Default bicubic.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;

    /// <summary>Random views.</summary>
    public static ViewOptions ForTraining(int size) => new() { Size = size, Train = true };

    /// <summary>timm's evaluation view.</summary>
    public static ViewOptions ForEvaluation(int size, double cropPct, Interpolation interpolation) =>
        new() { Size = size, CropPct = cropPct, Interpolation = interpolation };

    /// <summary>timm's evaluation view of a model, at its own resolution.</summary>
    public static ViewOptions ForEvaluation(ImageModel model) =>
        ForEvaluation(model.ImageSize, model.Info.CropPct, InterpolationOf(model.Info));

    /// <summary>The filter that a model's published weights were evaluated with.</summary>
    public static Interpolation InterpolationOf(ModelInfo model) => Enum.Parse<Interpolation>(model.Interpolation, ignoreCase: true);
}

/// <summary>Applies views. Every draw comes from the stream given, so a view is replayed by the same (seed, "view", epoch, index).</summary>
public static class View
{
    private const int CropTries = 10;

    /// <summary>Makes the view.</summary>
    /// <returns>An image of exactly Size x Size.</returns>
    public static RgbImage Apply(RgbImage image, ViewOptions options, CounterRandom random)
    {
        if (!options.Train)
            return Evaluation(image, options);
        (int left, int top, int width, int height) = RandomCrop(image, options, ref random);
        RgbImage view = Resampler.Resize(image, left, top, width, height, options.Size, options.Size, options.Interpolation);
        if (random.NextDouble() < options.HorizontalFlip)
            Flip(view);
        if (options.ColorJitter > 0)
            ColorJitter.Apply(view.Pixels, options.ColorJitter, ref random);
        return view;
    }

    private static RgbImage Evaluation(RgbImage image, ViewOptions options)
    {
        int size = options.Size;
        int shorter = (int)Math.Floor(size / options.CropPct);
        bool wide = image.Width >= image.Height;
        int longer = (int)((long)shorter * (wide ? image.Width : image.Height) / (wide ? image.Height : image.Width));
        (int width, int height) = wide ? (longer, shorter) : (shorter, longer);
        RgbImage resized = Resampler.Resize(image, width, height, options.Interpolation);
        // torchvision rounds half to even here.
        int left = (int)Math.Round((width - size) / 2.0, MidpointRounding.ToEven);
        int top = (int)Math.Round((height - size) / 2.0, MidpointRounding.ToEven);
        return Resampler.Resize(resized, left, top, size, size, size, size, options.Interpolation);
    }

    /// <summary>torchvision's RandomResizedCrop: ten tries, then the largest centre crop within the ratio.</summary>
    private static (int Left, int Top, int Width, int Height) RandomCrop(RgbImage image, ViewOptions options, ref CounterRandom random)
    {
        double area = (double)image.Width * image.Height;
        for (int i = 0; i < CropTries; i++)
        {
            double target = area * random.Uniform(options.Scale.Low, options.Scale.High);
            double ratio = Math.Exp(random.Uniform(Math.Log(options.Ratio.Low), Math.Log(options.Ratio.High)));
            int width = (int)Math.Round(Math.Sqrt(target * ratio), MidpointRounding.ToEven);
            int height = (int)Math.Round(Math.Sqrt(target / ratio), MidpointRounding.ToEven);
            if (width > 0 && width <= image.Width && height > 0 && height <= image.Height)
                return (random.NextInt(image.Width - width + 1), random.NextInt(image.Height - height + 1), width, height);
        }

        double whole = (double)image.Width / image.Height;
        int cropWidth = whole > options.Ratio.High ? (int)Math.Round(image.Height * options.Ratio.High) : image.Width;
        int cropHeight = whole < options.Ratio.Low ? (int)Math.Round(image.Width / options.Ratio.Low) : image.Height;
        return ((image.Width - cropWidth) / 2, (image.Height - cropHeight) / 2, cropWidth, cropHeight);
    }

    private static void Flip(RgbImage image)
    {
        for (int y = 0; y < image.Height; y++)
        {
            Span<byte> row = image.Pixels.AsSpan(y * image.Width * 3, image.Width * 3);
            for (int x = 0, mirror = image.Width - 1; x < mirror; x++, mirror--)
            {
                for (int c = 0; c < 3; c++)
                    (row[(x * 3) + c], row[(mirror * 3) + c]) = (row[(mirror * 3) + c], row[(x * 3) + c]);
            }
        }
    }
}
