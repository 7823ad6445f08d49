using System.ComponentModel.DataAnnotations;
using ReMem.Data;
using ReMem.Distillation;
using ReMem.Information;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes;

/// <summary>A whole comparison, as a recipe file states it: data, teacher, student, meter, and which teachers over which seeds.</summary>
internal sealed record Recipe
{
    /// <summary>Names the run and its default folder. Required.</summary>
    [Required]
    public string Name { get; init; } = string.Empty;

    /// <summary>One line for the report's head. Default: the name.</summary>
    public string? Title { get; init; }

    /// <summary>The images.</summary>
    public DataRecipe Data { get; init; } = new();

    /// <summary>The pretrained ViT and its fine-tuning.</summary>
    public TeacherRecipe Teacher { get; init; } = new();

    /// <summary>The small model and its distillation.</summary>
    public StudentRecipe Student { get; init; } = new();

    /// <summary>The meter of I(X; F).</summary>
    public InformationMeterOptions Information { get; init; } = new();

    /// <summary>Which teachers: any of none, standard, sam, reweighted, both. Default all five.</summary>
    [MinLength(1)]
    public IReadOnlyList<string> Methods { get; init; } = TeacherMethods.All;

    /// <summary>One repetition of everything a seed. Default 0.</summary>
    [MinLength(1)]
    public IReadOnlyList<int> Seeds { get; init; } = [0];

    /// <summary>Threads of the tensor library and of decoding, 0 (all cores) to 1024. Default 0.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Every part: each method at each seed.</summary>
    internal IEnumerable<ComparisonPart> Parts() => Seeds.SelectMany(seed => Methods.Select(method => new ComparisonPart(method, seed)));

    /// <summary>The same recipe shrunk to about a minute: one seed, one epoch, a few hundred images, a small meter.</summary>
    public Recipe Smoked() => this with
    {
        Name = Name + "-smoke",
        Seeds = [Seeds[0]],
        Data = Data with { MaxTrain = Smaller(Data.MaxTrain, 192), MaxEval = Smaller(Data.MaxEval, 96) },
        Teacher = Teacher with { Training = Shrink(Teacher.Training) },
        Student = Student with { Training = Shrink(Student.Training) },
        Information = Information with { Seeds = Math.Min(Information.Seeds, 2), Epochs = Math.Min(Information.Epochs, 1) },
    };

    /// <summary>Side of the largest views that are made, pixels.</summary>
    internal int LargestView => Math.Max(Teacher.ImageSize ?? Data.ImageSize, Student.ImageSize ?? Data.ImageSize);

    private static int Smaller(int limit, int most) => limit == 0 ? most : Math.Min(limit, most);

    private static TrainingOptions Shrink(TrainingOptions training) =>
        training with { Epochs = 1, WarmupEpochs = 0, BatchSize = Math.Min(training.BatchSize, 32) };
}

/// <summary>The images of a recipe.</summary>
internal sealed record DataRecipe
{
    /// <summary>A path, or LAYOUT:PATH?KEY=VALUE (docs/datasets.md), relative to the working directory. Required.</summary>
    [Required]
    public string Source { get; init; } = string.Empty;

    /// <summary>Side of the square views in pixels, 8 to 2048, where teacher or student have none of their own. Default 224.</summary>
    [Range(8, 2048)]
    public int ImageSize { get; init; } = 224;

    /// <summary>Share of a class for validation where the source has no such split, above 0 to 0.5. Default 0.15.</summary>
    [Range(0.001, 0.5)]
    public double ValFraction { get; init; } = 0.15;

    /// <summary>Share of a class for test where the source has no such split, above 0 to 0.5. Default 0.15.</summary>
    [Range(0.001, 0.5)]
    public double TestFraction { get; init; } = 0.15;

    /// <summary>Seed of those splits. Default 0.</summary>
    public int SplitSeed { get; init; }

    /// <summary>Whether those splits keep near-duplicates in one of them, which decodes every image first. Default false.</summary>
    public bool KeepNearDuplicatesTogether { get; init; }

    /// <summary>
    /// Validation and test images that are in another split, too: "fail" at exact copies, "strict" also at near-duplicates, "warn" at none. Default fail.
    /// </summary>
    public LeakagePolicy OnLeakage { get; init; } = LeakagePolicy.Fail;

    /// <summary>Which part of the training split is used. Default all.</summary>
    public SubsetOptions Subset { get; init; } = new();

    /// <summary>"fail" or "skip". Default fail.</summary>
    public BadImagePolicy OnBadImage { get; init; } = BadImagePolicy.Fail;

    /// <summary>Evaluation resizes the shorter side to image_size / crop_pct before the centre crop, 0.5 to 1. Default 0.9.</summary>
    [Range(0.5, 1)]
    public double CropPct { get; init; } = 0.9;

    /// <summary>At most this many training images, spread over the classes by the split seed; 0 is all. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int MaxTrain { get; init; }

    /// <summary>At most this many validation and this many test images; 0 is all. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int MaxEval { get; init; }
}

/// <summary>The teacher of a recipe.</summary>
internal sealed record TeacherRecipe
{
    /// <summary>timm's name of a ViT. Default deit_tiny_patch16_224.</summary>
    public string Model { get; init; } = "deit_tiny_patch16_224";

    /// <summary>Pretrained weights, in any format of docs/weights.md: a file (relative to the working directory), local-dir:DIR, hf-hub:owner/name[@revision] or an
    /// https address; none starts from scratch.</summary>
    public string? Weights { get; init; }

    /// <summary>What the model's names begin with in that file, such as "student."; '' is nothing. Default: it is found, and of several networks that fit the averaged
    /// weights or the teacher's are taken.</summary>
    public string? WeightsPrefix { get; init; }

    /// <summary>Side of the teacher's views in pixels, 8 to 2048. Default data.image_size.</summary>
    [Range(8, 2048)]
    public int? ImageSize { get; init; }

    /// <summary>SAM's radius of the methods sam and both, above 0 to 10. Default 0.05.</summary>
    [Range(1e-6, 10)]
    public double Rho { get; init; } = 0.05;

    /// <summary>ASAM instead of SAM. Default false.</summary>
    public bool Adaptive { get; init; }

    /// <summary>How the sharp gradient of the methods sam and both is found: sam, every(k), looksam(k,alpha), momentum(beta), msam(beta). Default sam.</summary>
    public string Sharpness { get; init; } = "sam";

    /// <summary>How that radius goes from step to step: constant, linear(start), cosine(start), lr. Default constant.</summary>
    public string RhoSchedule { get; init; } = "constant";

    /// <summary>Whether each micro-batch of training.accumulate perturbs by its own gradient. Default false.</summary>
    public bool MSharpness { get; init; }

    /// <summary>The policy of the methods reweighted and both; auto chooses one from short trials. Default top(4,0.5).</summary>
    public string Reweighting { get; init; } = "top(4,0.5)";

    /// <summary>Epochs of each trial of the policy auto, 1 to 1000. Default 1.</summary>
    [Range(1, 1000)]
    public int AutoEpochs { get; init; } = 1;

    /// <summary>How every teacher is fine-tuned.</summary>
    public TrainingOptions Training { get; init; } = new();
}

/// <summary>The student of a recipe.</summary>
internal sealed record StudentRecipe
{
    /// <summary>timm's name. Default mobilenetv3_small_100.</summary>
    public string Model { get; init; } = "mobilenetv3_small_100";

    /// <summary>Weights to start from, named as the teacher's; none starts from scratch.</summary>
    public string? Weights { get; init; }

    /// <summary>What the model's names begin with in that file, as the teacher's. Default: it is found.</summary>
    public string? WeightsPrefix { get; init; }

    /// <summary>
    /// Side of the student's views in pixels, 8 to 2048. Where the teacher's is another, it sees the very same crop at its own. Default data.image_size.
    /// </summary>
    [Range(8, 2048)]
    public int? ImageSize { get; init; }

    /// <summary>
    /// Further teachers, whose outputs are averaged with those of the method's own: model folders (relative to the working directory) or hf-hub:owner/name, of
    /// the data set's classes and of the teacher's image size. Students without a teacher have none of them either. Default none.
    /// </summary>
    public IReadOnlyList<string> FurtherTeachers { get; init; } = [];

    /// <summary>How every student is trained, with or without a teacher.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>The objective with a teacher.</summary>
    public DistillationOptions Distillation { get; init; } = new();
}

/// <summary>The five ways to prepare a teacher.</summary>
internal static class TeacherMethods
{
    /// <summary>none, standard, sam, reweighted, both.</summary>
    public static IReadOnlyList<string> All { get; } = ["none", "standard", "sam", "reweighted", "both"];

    /// <summary>What of a teacher's recipe counts for every method: all but what <see cref="Options"/> takes from it and how 'auto' is tried, which are at their defaults.</summary>
    internal static TeacherRecipe Common(TeacherRecipe recipe)
    {
        var unset = new TeacherRecipe();
        return recipe with
        {
            Rho = unset.Rho,
            Adaptive = unset.Adaptive,
            Sharpness = unset.Sharpness,
            RhoSchedule = unset.RhoSchedule,
            MSharpness = unset.MSharpness,
            Reweighting = unset.Reweighting,
            AutoEpochs = unset.AutoEpochs,
        };
    }

    /// <summary>The teacher options of a method; null for "none", which has no teacher.</summary>
    /// <exception cref="InputException">Unknown method.</exception>
    public static TeacherOptions? Options(string method, TeacherRecipe recipe) => method switch
    {
        "none" => null,
        "standard" => new TeacherOptions(),
        "sam" => Sharp(recipe),
        "reweighted" => new TeacherOptions { Reweighting = recipe.Reweighting },
        "both" => Sharp(recipe) with { Reweighting = recipe.Reweighting },
        _ => throw Runtime.Nearest.Unknown("method", method, [.. All], "methods"),
    };

    private static TeacherOptions Sharp(TeacherRecipe recipe) => new()
    {
        Rho = recipe.Rho,
        Adaptive = recipe.Adaptive,
        Sharpness = recipe.Sharpness,
        RhoSchedule = recipe.RhoSchedule,
        MSharpness = recipe.MSharpness,
    };
}
