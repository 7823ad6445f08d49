using ReMem.Evaluation;
using ReMem.Recipes;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

/// <summary>Teachers of several runs side by side.</summary>
public sealed class TeacherStudyTests
{
    [Fact]
    public void A_group_joins_its_runs_and_counts_a_teacher_once()
    {
        using var folder = new TemporaryFolder();
        ComparisonReport first = SampleReport.Create(), second = first with
        {
            Rows = [first.Rows[1] with { Variant = "rho=0.1" }, Moved(first.Rows[2], 0.01)],
        };
        TeacherGroup group = TeacherGroupReader.Read("both", [Write(folder, "a", first), Write(folder, "b", second)]);
        Assert.Equal(["none", "standard", "sam", "reweighted", "both", "sam"], group.Rows.Select(row => row.Name));
        Assert.Equal(15, group.InformationAndStudent!.Count);
        Assert.Equal(5, group.InformationAndStudent.Groups);
        Assert.Contains("40 training and 9 test images of 2 classes at 32 px", group.Data, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_cannot_be_compared_are_refused()
    {
        using var folder = new TemporaryFolder();
        ComparisonReport report = SampleReport.Create();
        string first = Write(folder, "a", report);
        string Recipe(int epochs) =>
            $"name: x\ndata: {{ source: photos }}\nteacher: {{ model: vit_pico_patch4_32 }}\nstudent: {{ model: resnet20, training: "
                + $"{{ epochs: {epochs} }} }}\n";
        string longer = Write(folder, "b", report with { RecipeText = Recipe(9) });
        foreach ((ComparisonReport other, string message) in new[]
        {
            (report with { Student = "resnet18" }, "the student is 'resnet18', not 'resnet20'"),
            (report with { Data = report.Data with { ImageSize = 64 } }, "the images are"),
        })
        {
            InputException error = Assert.Throws<InputException>(() => TeacherGroupReader.Read("g", [first, Write(folder, "c", other)]));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }

        InputException trained = Assert.Throws<InputException>(() =>
            TeacherGroupReader.Read("g", [longer, Write(folder, "d", report with { RecipeText = Recipe(10) })]));
        Assert.Contains("trained differently", trained.Message, StringComparison.Ordinal);
        // Other words for the same training.
        TeacherGroupReader.Read("g", [longer,
            Write(folder, "e",
                report with { RecipeText = Recipe(9).Replace("epochs: 9", "epochs: 9, optimizer: adamw", StringComparison.Ordinal) })]);
        Assert.Contains("no report.json", Assert.Throws<InputException>(() => TeacherGroupReader.Read("g", [folder.File("none")])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_are_joined_by_ranks_whatever_their_scales()
    {
        ComparisonReport report = SampleReport.Create();
        TeacherStudy Study(double scale, double shift) =>
            Of(("a", report.Rows), ("b", [.. report.Rows.Select(row => Scaled(row, scale, shift))]));
        RankCorrelation same = Study(1, 0).InformationAndStudent!, other = Study(7, -0.4).InformationAndStudent!;
        Assert.Equal(same, other);
        Assert.Equal((24, 8), (same.Count, same.Groups!.Value));
        Assert.Equal(report.InformationAndStudent!.Rho, same.Rho, 0.05);
        Assert.NotNull(Study(7, -0.4).InformationAndStudentAtEqualTeacher);
        Assert.Null(Of(("a", report.Rows)).InformationAndStudent);
    }

    [Fact]
    public void The_page_and_the_text_say_the_same_and_the_data_are_all_there()
    {
        using var folder = new TemporaryFolder();
        ComparisonReport report = SampleReport.Create();
        TeacherStudy study = Of(("<first>", report.Rows), ("second", report.Rows));
        study.Write(folder.Path);
        string page = File.ReadAllText(folder.File(TeacherStudy.HtmlFile)), data = File.ReadAllText(folder.File(TeacherStudy.JsonFile));
        Assert.DoesNotContain("<first>", page, StringComparison.Ordinal);
        string[] lines = [.. TeacherStudyText.Lines(study)];
        string pooled = lines.Single(line =>
            line.StartsWith("Ranked within 2 groups: ", StringComparison.Ordinal) && !line.Contains("at equal", StringComparison.Ordinal));
        Assert.Contains(System.Net.WebUtility.HtmlEncode(pooled), page, StringComparison.Ordinal);
        Assert.Contains(lines,
            line => line.StartsWith("sam ", StringComparison.Ordinal) && line.Contains("64.5", StringComparison.Ordinal));
        // A mark a teacher, in each of two charts.
        Assert.Equal(2 * 12, page.Split(", seed ").Length - 1);
        Assert.Contains("\"information_and_student_at_equal_teacher\"", data, StringComparison.Ordinal);
    }

    private static TeacherStudy Of(params (string Name, IReadOnlyList<TeacherRow> Rows)[] groups) => new()
    {
        Command = "remem compare",
        Groups = [.. groups.Select(g =>
            new TeacherGroup { Name = g.Name, Runs = ["runs/x"], Data = "photos", Teacher = "t", Student = "s", Rows = g.Rows })],
    };

    private static TeacherRow Scaled(TeacherRow row, double scale, double shift) => row with
    {
        Seeds = [.. row.Seeds.Select(s => s with
        {
            InformationLogits = s.InformationLogits is { } i ? i with { Mean = i.Mean * scale } : null,
            TeacherTop1 = s.TeacherTop1 + shift,
            StudentTop1 = s.StudentTop1 + shift,
        })],
    };

    private static TeacherRow Moved(TeacherRow row, double shift) => Scaled(row, 1, shift);

    private static string Write(TemporaryFolder folder, string name, ComparisonReport report)
    {
        string path = folder.File(name);
        Directory.CreateDirectory(path);
        ReportWriter.Write(report, path);
        return path;
    }
}
