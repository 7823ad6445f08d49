using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Sources;
using ReMem.Information;
using ReMem.Models;
using ReMem.Weights.Files;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Init;

/// <summary>
/// Proposes a recipe for images that nobody has trained on yet. Lengths and rates are those of recipes/grocery-deit-tiny.yaml, and of
/// recipes/caltech101-few.yaml for few labels, which were measured, carried over by the number of steps and the batch size.
/// </summary>
internal static class RecipeProposer
{
    private const double Imbalanced = 4;
    private const int Small = 10_000;
    private const int Few = 1_000;
    private const int UsualBatch = 64;
    private const int MinBatches = 8;
    private const int MinBatchesOfFew = 16;
    private const int TeacherSteps = 160;
    private const int TeacherStepsOfFew = 340;
    private const int StudentSteps = 650;
    private const int PretrainedStudentSteps = 400;
    private const int SmallPictures = 64;

    /// <summary>Proposes.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="facts">What <see cref="DatasetInspector"/> found in it.</param>
    /// <param name="options">What is decided already.</param>
    /// <param name="unlabelled">The images without labels; null where there are none.</param>
    /// <exception cref="InputException">Too few images for a comparison, an unknown model, or a teacher without known weights.</exception>
    public static RecipeProposal Propose(
        ImageDataset data, InspectionResult facts, ProposalOptions options, UnlabelledImages? unlabelled = null)
    {
        RequireKnown(options);
        int train = facts.Classes.Sum(c => c.Train), test = facts.Classes.Sum(c => c.Test);
        if (train < MeterImages.MinTrainImages || test < MeterImages.MinTestImages)
        {
            throw new InputException(
                $"There are {train} training and {test} test images; a comparison needs {MeterImages.MinTrainImages} and "
                    + $"{MeterImages.MinTestImages} or more.",
                options.Source,
                "Add images: a class of 20 or more is a start.");
        }

        string teacher = TeacherOf(options);
        TransformerShape shape = ShapeOf(teacher);
        int side = facts.Splits[0].ShorterSide[1];
        int size = options.ImageSize ?? Size(side, ModelCatalogue.Info(teacher).ImageSize, shape.PatchSize, options.Cores);
        string student = options.Student ?? (size < SmallPictures ? "resnet20" : "mobilenetv3_small_100");
        _ = ModelCatalogue.Info(student);
        bool few = train < Few;
        int batch = Batch(train, MinBatches), teacherBatch = few ? Batch(train, MinBatchesOfFew) : batch;
        string? studentWeights = StudentWeights(options, teacher, student);
        int learned = (train + (unlabelled?.Images.Count ?? 0)) / batch;
        double smallest = facts.Classes.Min(c => c.Train), largest = facts.Classes.Max(c => c.Train);
        double imbalance = largest / Math.Max(1, smallest);
        return new RecipeProposal
        {
            Options = options,
            Facts = facts,
            IsDivided = data.Train is Subset own
                && new[] { data.Validation, data.Test }.Any(s => s is Subset other && ReferenceEquals(own.Whole, other.Whole)),
            Teacher = teacher,
            Weights = TeacherWeights(options, teacher),
            PatchSize = shape.PatchSize,
            TopBlocks = Math.Max(1, shape.Depth / 3),
            Student = student,
            StudentWeights = studentWeights,
            ImageSize = size,
            Batch = batch,
            TeacherBatch = teacherBatch,
            TeacherEpochs = few
                ? Epochs(TeacherStepsOfFew, train / teacherBatch, 15, 30)
                : Epochs(TeacherSteps, train / teacherBatch, 3, 15),
            StudentEpochs = studentWeights is null
                ? Epochs(StudentSteps, learned, 10, 40)
                : Epochs(PretrainedStudentSteps, learned, 6, 20),
            Unlabelled = unlabelled,
            IsFew = few,
            IsSmall = train < Small,
            Imbalance = imbalance,
            IsImbalanced = imbalance >= Imbalanced,
        };
    }

    /// <summary>Refuses what is wrong with the options whatever the images are, so that it is said before any is decoded.</summary>
    /// <exception cref="InputException">A value is out of range, a model is unknown or no transformer, the size does not fit its patches,
    /// or weights on disk are missing.</exception>
    public static void RequireKnown(ProposalOptions options)
    {
        options.Validated();
        string teacher = TeacherOf(options);
        TransformerShape shape = ShapeOf(teacher);
        if (options.ImageSize is { } size)
            shape.RequireSize(teacher, size);
        if (options.Student is { } student)
        {
            _ = ModelCatalogue.Info(student);
            _ = StudentWeights(options, teacher, student);
        }

        if (options.WeightsPrefix is not null && options.Weights is null)
            throw new InputException("A prefix is given without the weights whose names it begins.", "--prefix",
                "Give the file with --weights, or leave the prefix out.");
        foreach (string? source in (string?[])[TeacherWeights(options, teacher), options.StudentWeights])
        {
            if (source is not (null or PretrainedWeights.Auto or PretrainedWeights.None) && !WeightSource.IsRemote(source)
                && new WeightSource().ResolveFile(source) is var file
                && !File.Exists(file))
                throw WeightsErrors.Missing(file);
        }
    }

    private static string TeacherWeights(ProposalOptions options, string teacher) => options.Weights
        ?? PretrainedWeights.Require(teacher, "--model", "Give them: --weights PATH or --weights hf-hub:owner/name.");

    private static string? StudentWeights(ProposalOptions options, string teacher, string student) => options.StudentWeights switch
    {
        // Whoever gives the teacher's file may have no network.
        null => WeightSource.IsRemote(TeacherWeights(options, teacher)) ? PretrainedWeights.Find(student) : null,
        PretrainedWeights.Auto => PretrainedWeights.Require(student, "--student-weights", "Give a file, or none."),
        PretrainedWeights.None => null,
        var given => given,
    };

    private static string TeacherOf(ProposalOptions options) =>
        options.Model ?? (options.Cores < 8 ? "deit_tiny_patch16_224" : "deit_small_patch16_224");

    private static TransformerShape ShapeOf(string teacher) => ModelCatalogue.ShapeOf(teacher)
        ?? throw new InputException($"'{teacher}' is no transformer, and a teacher is one.", "--model", "'remem models vit' lists them.");

    /// <summary>
    /// The largest multiple of the patch that the images have and the machine can train on in reasonable time; two patches a side at least.
    /// </summary>
    private static int Size(int side, int most, int patch, int cores)
    {
        int wanted = Math.Min(Math.Min(side, most), Affordable(cores));
        return Math.Max(2, wanted / patch) * patch;
    }

    /// <summary>Side in pixels that so many cores train on in reasonable time.</summary>
    internal static int Affordable(int cores) => cores switch { < 8 => 96, < 16 => 160, _ => 224 };

    /// <summary>The usual images per step, or fewer, so that an epoch has so many steps.</summary>
    private static int Batch(int images, int steps)
    {
        int batch = UsualBatch;
        while (batch > 4 && images / batch < steps)
            batch /= 2;
        return batch;
    }

    private static int Epochs(int steps, int batches, int least, int most) =>
        Math.Clamp((int)Math.Round((double)steps / Math.Max(1, batches)), least, most);
}
