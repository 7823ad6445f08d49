using System.Runtime.CompilerServices;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Distillation;
using ReMem.Evaluation;
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
    private readonly ConditionalWeakTable<IImageSource, string> _fingerprints = [];
    private readonly ConditionalWeakTable<ImageModel, IImageSource> _taught = [];
    private readonly Lazy<IImageSource> _joined;
    private readonly int _threads;
    private readonly DecodedImageCache _cache;

    private PreparedData(ImageDataset dataset, UnlabelledImages? unlabelled, DataRecipe recipe, int threads, DecodedImageCache cache)
    {
        Dataset = dataset;
        Unlabelled = unlabelled;
        _recipe = recipe;
        _threads = threads > 0 ? threads : Environment.ProcessorCount;
        _cache = cache;
        _joined = new(() => new JoinedSource(dataset.Train, Unlabelled!.Images));
    }

    /// <summary>The data set.</summary>
    public ImageDataset Dataset { get; }

    /// <summary>Images without labels, from which students with a teacher learn; null where there are none.</summary>
    public UnlabelledImages? Unlabelled { get; }

    /// <summary>Images that the meter's decoders learn on: all but validation and test, since I(X; F) needs no labels.</summary>
    public IImageSource Decoded => Unlabelled is null ? Dataset.Train : _joined.Value;

    /// <summary>What was opened.</summary>
    public DataRecipe Recipe => _recipe;

    /// <summary>The <see cref="SplitFingerprint.OfContent(IImageSource, int)"/> of images; the first use may read every one.</summary>
    public string Fingerprint(IImageSource images) => _fingerprints.GetValue(images, i => SplitFingerprint.OfContent(i, _threads));

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
    /// <param name="recipe">The recipe.</param>
    /// <param name="progress">Hears of what was found.</param>
    /// <param name="seed">Whose images, where each seed draws its own; null is the recipe's first.</param>
    /// <param name="threads">To decode on; null is the recipe's number.</param>
    /// <exception cref="InputException">Whatever is wrong with the source.</exception>
    public static PreparedData Open(Recipe recipe, IProgress<ProgressReport>? progress = null, int? seed = null, int? threads = null) =>
        Open(recipe.Data.OfSeed(seed ?? recipe.Seeds[0]), threads ?? recipe.Threads, progress, recipe.LargestView);

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
        UnlabelledImages? unlabelled = recipe.Unlabelled is { } source
            ? UnlabelledImages.Open(source, recipe.Reading, checks.Dataset with { Train = dataset.Train }, recipe.OnBadImage,
                threads > 0 ? threads : Environment.ProcessorCount, Preflight.ScanFolder).AtMost(recipe.MaxTrain, recipe.Reading.Seed)
            : null;
        foreach (string warning in dataset.Warnings.Concat(unlabelled?.Warnings ?? []))
            progress?.Report(new MessageProgress("data", $"warning: {warning}"));
        progress?.Report(new MessageProgress(
            "data",
            $"{dataset.Description}: {dataset.Classes.Count} classes, {dataset.Train.Count} train / {dataset.Validation.Count} val / "
                + $"{dataset.Test.Count} test"));
        if (unlabelled is not null)
            progress?.Report(new MessageProgress("data", unlabelled.ToString()));
        return new PreparedData(dataset, unlabelled, recipe, threads, cache);
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
        return new PreparedData(few, null, _recipe, threads, new DecodedImageCache());
    }

    /// <summary>Augmented, shuffled batches of the training split.</summary>
    /// <param name="training">Batch size and augmentation.</param>
    /// <param name="model">Says how large, and how to interpolate.</param>
    /// <param name="seed">Decides order and views.</param>
    /// <param name="recycled">Whether views repeat, so that they are kept once made.</param>
    /// <param name="teacher">Where it takes another size, batches hold the same views at that one, too; null is none.</param>
    /// <param name="paired">Whether batches hold another view of each image, too.</param>
    public BatchLoader Training(
        TrainingOptions training, ImageModel model, long seed, bool recycled = false, ImageModel? teacher = null, bool paired = false) =>
        Training(Dataset.Train, training, model.Info, model.ImageSize, seed, recycled, teacher, paired: paired);

    /// <summary>Augmented, shuffled batches of the images that a student learns from.</summary>
    /// <param name="training">Batch size and augmentation.</param>
    /// <param name="model">How to interpolate.</param>
    /// <param name="size">Side of the views, pixels.</param>
    /// <param name="seed">Decides order and views.</param>
    /// <param name="recycled">Whether views repeat, so that they are kept once made.</param>
    /// <param name="teacher">
    /// Whose outputs it learns: with the unlabelled images, where there are any. Null is none: then an epoch still has as many images, so
    /// that both train equally long.
    /// </param>
    public BatchLoader StudentTraining(
        TrainingOptions training, ModelInfo model, int size, long seed, bool recycled, ImageModel? teacher) => Training(
        teacher is null ? Dataset.Train : Taught(teacher), training, model, size, seed, recycled, teacher,
        teacher is null && Unlabelled is not null ? Dataset.Train.Count + Unlabelled.Images.Count : 0);

    /// <summary>The labelled training images, then the unlabelled ones that are used with this teacher.</summary>
    private IImageSource Taught(ImageModel teacher)
    {
        if (Unlabelled is null)
            return Dataset.Train;
        if (_recipe.UnlabelledKeep == UnlabelledSelection.All)
            return _joined.Value;
        return _taught.GetValue(teacher, Selected);
    }

    private JoinedSource Selected(ImageModel teacher)
    {
        using ModelOutputs images = Evaluator.Run(teacher, Evaluation(Unlabelled!.Images, teacher));
        int[] kept = UnlabelledSelection.Of(_recipe.UnlabelledKeep, images,
            () => Evaluator.Run(teacher, Evaluation(Dataset.Train, teacher)));
        return new JoinedSource(Dataset.Train, new Subset(Unlabelled.Images, kept));
    }

    private BatchLoader Training(
        IImageSource images, TrainingOptions training, ModelInfo model, int size, long seed, bool recycled, ImageModel? teacher,
        int epochSize = 0, bool paired = false) => Loader(
        images,
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
            UnlabelledRatio = _recipe.UnlabelledRatio,
            EpochSize = epochSize,
            Paired = paired,
            ViewCacheBytes = recycled ? ViewCacheBytes : 0,
            MixupAlpha = training.MixupAlpha,
            CutmixAlpha = training.CutmixAlpha,
            // A last batch of one or two images would ruin BatchNorm's statistics.
            DropLast = Math.Max(images.Count, epochSize) >= training.BatchSize,
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
