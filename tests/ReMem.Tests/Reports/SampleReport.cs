using ReMem.Evaluation;
using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Tests.Reports;

/// <summary>A made-up comparison for the tests: sam clearly above standard, reweighted within noise, both below.</summary>
internal static class SampleReport
{
    public const string HostileClass = "<script>alert('x & y')</script>";

    public static ComparisonReport Create(int seeds = 3) => new()
    {
        Title = "Five teachers <b>on</b> a made-up set",
        Command = "remem run recipes/x.yaml data.source='a & b'",
        RecipeName = "x",
        RecipeText = "name: x\ntitle: \"<i>\"\n",
        Data = new DataSection("a folder \"photos\"", 32, [new(HostileClass, 30, 3, 5), new("apple", 10, 0, 4)],
            ["Class 'apple' has no validation image."]),
        Teacher = "deit_tiny_patch16_224",
        Student = "resnet20",
        Seeds = [.. Enumerable.Range(0, seeds)],
        Rows =
        [
            Row("none", seeds, null, 0.50, 0),
            Row("standard", seeds, 0.0854, 0.60, 0),
            Row("sam", seeds, 0.0916, 0.64, 0.001),
            Row("reweighted", seeds, 0.0866, 0.605, 0.02),
            Row("both", seeds, 0.0921, 0.57, 0.001),
        ],
        Curves =
        [
            .. from chart in (string[])["Teacher: training loss", "Student: validation top-1"]
               from name in (string[])["standard", "sam", "reweighted", "both"]
               select new Curve(chart, name, [.. Enumerable.Range(1, 12).Select(e => new CurvePoint(e, (3.0 / e) + (name.Length * 0.03)))]),
        ],
        Onnx = new OnnxSection("student/model.onnx", "sam", 0, 3.1e-6, 1, 64),
        Environment = new EnvironmentInfo("Linux", "Some CPU", 2, 2, 1L << 34, "cpu", ".NET 10", "2.10.0", "0.107.0", "0.1.0", "abc"),
        Notes = ["A note with <markup>."],
        Started = new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Finished = new DateTimeOffset(2025, 1, 2, 4, 4, 5, TimeSpan.Zero),
    };

    private static TeacherRow Row(string method, int seeds, double? information, double student, double spread) => new()
    {
        Method = method,
        Seeds = [.. Enumerable.Range(0, seeds).Select(seed => Seed(seed, information, student + (spread * (seed - 1)) + (0.005 * seed)))],
    };

    private static SeedRow Seed(int seed, double? information, double student) => new()
    {
        Seed = seed,
        TeacherTop1 = information is null ? null : 0.73 + (0.01 * seed),
        TeacherBalanced = information is null ? null : 0.70,
        InformationLogits = information is { } logits ? new Interval(logits + (0.0004 * seed), 0.0003, 3) : null,
        InformationPooled = information is { } pooled ? new Interval(pooled + 0.003, 0.0003, 3) : null,
        StudentTop1 = student,
        StudentBalanced = student - 0.05,
        StudentTop5 = student + 0.2,
        Ece = 0.04,
        TeacherMinutes = information is null ? 0 : 2.5,
        StudentMinutes = 1.5,
    };
}
