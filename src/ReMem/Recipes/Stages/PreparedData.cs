using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Recipes.Stages;

/// <summary>A recipe's data set, opened and checked, and the loaders over it. Decoded images are shared by all of them.</summary>
internal sealed class PreparedData
{
    private const int EvaluationBatch = 64;
    internal const long ViewCacheBytes = 1L << 30;
    private readonly DataRecipe _recipe;
    private readonly Lazy<string> _trainFingerprint;
    private readonly int _threads;
    private readonly DecodedImageCache _cache;

    private PreparedData(ImageDataset dataset, DataRecipe recipe, int threads, DecodedImageCache cache)
    {
        Dataset = dataset;
        _recipe = recipe;
        _threads = threads > 0 ? threads : Environment.ProcessorCount;
        _cache = cache;
        _trainFingerprint = new(() => SplitFingerprint.OfContent(dataset.Train, _threads));
    }

    /// <summary>The data set.</summary>
    public ImageDataset Dataset { get; }

    /// <summary>What was opened.</summary>
    public DataRecipe Recipe => _recipe;

    /// <summary>
    /// The training split's <see cref="SplitFingerprint.OfContent(IImageSource, int)"/>; the first use may read every image.
    /// </summary>
    public string TrainFingerprint => _trainFingerprint.Value;

    /// <summary>Side of the views of models that are given none of their own, pixels.</summary>
    public int ImageSize => _recipe.ImageSize;

    /// <summary>The evaluation views' crop.</summary>
    public double CropPct => _recipe.CropPct;

    /// <summary>Told of every pass over evaluation views, by its split and their side in pixels; tests count them.</summary>
    internal Action<IImageSource, int>? Shown { get; set; }

    /// <summary>Threads that decode.</summary>
    internal int Threads => _threads;

    /// <summary>Bytes of decoded images that are kept.</summary>
    internal long DecodedBytes => _cache.UsedBytes;

    /// <summary>Opens and checks a recipe's source.</summary>
    /// <exception cref="InputException">Whatever is wrong with the source.</exception>
    public static PreparedData Open(Recipe recipe, IProgress<ProgressReport>? progress = null) =>
        Open(recipe.Data, recipe.Threads, progress, recipe.LargestView);

    /// <summary>Opens and checks a source.</summary>
    /// <param name="recipe">The source, and how it is read.</param>
    /// <param name="threads">To decode on; 0 is all cores.</param>
    /// <param name="progress">Hears of what was found.</param>
    /// <param name="largestView">Side of the largest views that will be made, pixels; 0 is the recipe's.</param>
    /// <exception cref="InputException">Whatever is wrong with the source.</exception>
    public static PreparedData Open(DataRecipe recipe, int threads = 0, IProgress<ProgressReport>? progress = null, int largestView = 0)
    {
        ImageDataset dataset = DatasetReader.Open(recipe.Source, recipe.Reading);
        var cache = new DecodedImageCache();
        PreflightResult checks = Preflight.Check(
            dataset, recipe.OnBadImage, cache: cache, threads: threads > 0 ? threads : Environment.ProcessorCount, viewSize: largestView > 0
                ? largestView
                : recipe.ImageSize,
            leakage: recipe.OnLeakage, scanFolder: Preflight.ScanFolder);
        dataset = checks.Dataset;
        dataset = dataset with
        {
            Train = Subset.AtMost(Subset.Choose(dataset.Train, recipe.Subset), recipe.MaxTrain, recipe.Reading.Seed),
            Validation = Subset.AtMost(dataset.Validation, recipe.MaxEval, recipe.Reading.Seed),
            Test = Subset.AtMost(dataset.Test, recipe.MaxEval, recipe.Reading.Seed),
        };
        foreach (string warning in dataset.Warnings)
            progress?.Report(new ProgressReport("data", $"warning: {warning}"));
        progress?.Report(new ProgressReport(
            "data",
            $"{dataset.Description}: {dataset.Classes.Count} classes, {dataset.Train.Count} train / {dataset.Validation.Count} val / "
                + $"{dataset.Test.Count} test"));
        return new PreparedData(dataset, recipe, threads, cache);
    }

    /// <summary>Few of the images, spread over the classes, with a cache of their own: what is done with them leaves no trace.</summary>
    internal PreparedData Sample(int train, int evaluation, int threads)
    {
        IImageSource Some(IImageSource split, int most) => Subset.AtMost(split, most, _recipe.Reading.Seed);
        ImageDataset few = Dataset with
        {
            Train = Some(Dataset.Train, train),
            Validation = Some(Dataset.Validation, evaluation),
            Test = Some(Dataset.Test, evaluation),
        };
        return new PreparedData(few, _recipe, threads, new DecodedImageCache());
    }

    /// <summary>Augmented, shuffled batches of the training split.</summary>
    /// <param name="training">Batch size and augmentation.</param>
    /// <param name="model">Says how large, and how to interpolate.</param>
    /// <param name="seed">Decides order and views.</param>
    /// <param name="recycled">Whether views repeat, so that they are kept once made.</param>
    /// <param name="teacher">Where it takes another size, batches hold the same views at that one, too; null is none.</param>
    public BatchLoader Training(TrainingOptions training, ImageModel model, long seed, bool recycled = false, ImageModel? teacher = null) =>
        Training(training, model.Info, model.ImageSize, seed, recycled, teacher);

    /// <summary>As above, for a model that need not exist yet.</summary>
    internal BatchLoader Training(TrainingOptions training, ModelInfo model, int size, long seed, bool recycled = false,
        ImageModel? teacher = null) => Loader(
        Dataset.Train,
        new ViewOptions(training.Views)
        {
            Size = size,
            Train = true,
            SecondSize = teacher is null || teacher.ImageSize == size ? null : teacher.ImageSize,
            Scale = (training.CropScale, 1),
            Interpolation = model.ViewInterpolation(),
        }.Validated(),
        new LoaderOptions
        {
            BatchSize = training.BatchSize,
            Seed = seed,
            Shuffle = true,
            Sampling = training.Sampling,
            ViewCacheBytes = recycled ? ViewCacheBytes : 0,
            MixupAlpha = training.MixupAlpha,
            CutmixAlpha = training.CutmixAlpha,
            // A last batch of one or two images would ruin BatchNorm's statistics.
            DropLast = Dataset.Train.Count >= training.BatchSize,
        });

    /// <summary>A split as a model is evaluated on it: in order, resized and centre-cropped.</summary>
    public BatchLoader Evaluation(IImageSource split, ImageModel model) => Evaluation(split, model.Info, model.ImageSize);

    /// <summary>The same at a size of its own, pixels.</summary>
    public BatchLoader Evaluation(IImageSource split, ModelInfo model, int size)
    {
        Shown?.Invoke(split, size);
        return Loader(split, ViewOptions.ForEvaluation(size, _recipe.CropPct, model.ViewInterpolation()),
            new LoaderOptions { BatchSize = EvaluationBatch });
    }

    private BatchLoader Loader(IImageSource split, ViewOptions view, LoaderOptions options) =>
        new(split, view, options with { Threads = _threads }, _cache);
}
