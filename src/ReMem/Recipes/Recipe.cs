using System.ComponentModel.DataAnnotations;
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

    /// <summary>
    /// Which teachers: any of none, standard, sam, reweighted, both, early, calibrated, mcmi, consistent, auto, pseudo; those that prepare
    /// the teacher in different ways may be joined, such as sam+calibrated. Default the first five.
    /// </summary>
    [MinLength(1)]
    public IReadOnlyList<TeacherMethod> Methods { get; init; } = TeacherMethod.Usual;

    /// <summary>The validation score by which the student to export is chosen. Default top1.</summary>
    public SelectionMetric SelectBy { get; init; }

    /// <summary>
    /// Whether a linear classifier on the pretrained teacher's features is scored, too, as a baseline. Default false.
    /// </summary>
    public bool LinearProbe { get; init; }

    /// <summary>
    /// Whether the exported student is written in int8 and float16, too, and the three are compared on test (docs/export.md). Default
    /// false.
    /// </summary>
    public bool Int8 { get; init; }

    /// <summary>
    /// The report.json of another run, usually of the same recipe over more seeds, which the report shows, too. Default none.
    /// </summary>
    public string? QuotedReport { get; init; }

    /// <summary>One repetition of everything a seed. Default 0.</summary>
    [MinLength(1)]
    public IReadOnlyList<int> Seeds { get; init; } = [0];

    /// <summary>Threads of the tensor library and of decoding, 0 (all cores) to 1024. Default 0.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Whether a method has a teacher.</summary>
    internal bool HasTeacher => Methods.Any(m => m.HasTeacher);

    /// <summary>Every part: each method at each seed.</summary>
    internal IEnumerable<ComparisonPart> Parts() => Seeds.SelectMany(seed => Methods.Select(method => new ComparisonPart(method, seed)));

    /// <summary>
    /// The parts before this one whose teacher is fine-tuned just as this one's, from which it can go on: the same weights come out. Where
    /// blocks are scaled, a finished teacher has the scales in its weights and rounds otherwise, so that there is none.
    /// </summary>
    internal IEnumerable<ComparisonPart> SameFineTuning(ComparisonPart part)
    {
        if (Teacher.Prepared(part.Method) is not { IsAuto: false, Options.Reweighting: "none" } own || Teacher.Training.DropPath > 0)
            return [];
        return Methods.TakeWhile(m => m != part.Method).Where(m => Teacher.Prepared(m) == own.FineTuning())
            .Select(m => part with { Method = m });
    }

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
