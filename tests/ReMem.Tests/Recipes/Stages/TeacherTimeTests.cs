using ReMem.Evaluation.Latency;
using ReMem.Export;
using ReMem.Models;
using ReMem.Recipes.Stages;
using ReMem.Runtime;

namespace ReMem.Tests.Recipes.Stages;

[Collection(TorchGenerator.Name)]
public sealed class TeacherTimeTests : IDisposable
{
    private static readonly ModelOptions Classes = new() { NumClasses = 3, ImageSize = 32 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Student_and_teacher_are_measured_and_the_teachers_file_is_deleted()
    {
        string student = _folder.File("student.onnx");
        using (ImageModel model = ModelCatalogue.Create("resnet20", Classes))
            OnnxExporter.Export(model, student);
        string[] Left() => Directory.GetDirectories(Path.GetTempPath(), "remem-teacher-*");
        string[] before = Left();
        ModelTimes times =
            TeacherTime.Measure("vit_pico_patch4_32", Classes, student, null, TestContext.Current.CancellationToken)!;
        Assert.True(times.Student > 0 && times.Teacher > 0);
        Assert.Equal(before, Left());
    }

    [Fact]
    public void A_file_that_cannot_be_run_gives_no_times_and_says_why()
    {
        string student = _folder.File("student.onnx");
        File.WriteAllText(student, "no model");
        var said = new List<string>();
        Assert.Null(TeacherTime.Measure("vit_pico_patch4_32", Classes, student, new Heard(said), TestContext.Current.CancellationToken));
        const string why = "no time of the teacher: ONNX Runtime cannot load the file";
        Assert.Contains(said, text => text.StartsWith(why, StringComparison.Ordinal));
    }

    private sealed class Heard(List<string> texts) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value is MessageProgress message)
                texts.Add(message.Message);
        }
    }
}
