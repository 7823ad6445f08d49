namespace ReMem.Reports;

/// <summary>A study of teachers as one self-contained page.</summary>
internal static class TeacherStudyPage
{
    private static readonly string[] Heads = ["setting", "seed", "teacher top-1 %", "I_hat logits", "I_hat pooled", "student top-1 %",
        "student balanced %"];

    /// <summary>The page.</summary>
    public static string Render(TeacherStudy study)
    {
        HtmlPage page = new HtmlPage("Information in teachers, and accuracy of their students")
            .Paragraph(
                "Each mark is a teacher. I_hat is in nats per pixel channel of the image that a decoder recovers from its logits. "
                    + "Groups have different images and so different scales: they are only combined by ranks.");
        foreach (string sentence in study.Sentences())
            page.Paragraph(sentence, "headline");
        page.Charts(study.Groups.Select(group => (group.Name, ReportCharts.Teachers(group.Rows),
            $"{group.Data}; {group.Teacher} to {group.Student}. Dashed: the mean student without a teacher.")));
        foreach (TeacherGroup group in study.Groups)
        {
            page.Heading(group.Name);
            foreach (string sentence in group.Sentences())
                page.Paragraph(sentence);
            page.Table(Heads, group.Rows.SelectMany(row => row.Seeds.Select(seed => Cells(row, seed))));
        }

        return page.Command(study.Command).Render();
    }

    private static IReadOnlyList<string> Cells(TeacherRow row, SeedRow seed) =>
    [
        row.Name, Figures.Number(seed.Seed, "0"), Figures.Percent(seed.TeacherTop1), Figures.Nats(seed.InformationLogits),
        Figures.Nats(seed.InformationPooled),
        Figures.Percent(seed.StudentTop1), Figures.Percent(seed.StudentBalanced),
    ];
}
