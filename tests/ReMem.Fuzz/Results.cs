using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Reports;

namespace ReMem.Fuzz;

/// <summary>Uses results as the commands do that read them.</summary>
internal static class Results
{
    public static void Read(string file)
    {
        if (RunFolder.TryRead<TrainedResult>(file) is { } result)
            ReportAssembler.Row(new MethodRun("sam", 0, result, null, result));
    }

    public static void Show(string folder)
    {
        ComparisonReport report = ReportWriter.Read(folder);
        ConsoleTable.Render(report);
        HtmlReport.Render(report);
        var study = new TeacherStudy { Groups = [TeacherGroupReader.Read("x", [folder])], Command = "compare" };
        TeacherStudyText.Lines(study);
        TeacherStudyPage.Render(study);
    }
}
