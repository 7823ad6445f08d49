namespace ReMem.Reports;

/// <summary>A study of teachers as plain text.</summary>
internal static class TeacherStudyText
{
    /// <summary>A line per setting of each group, and the findings.</summary>
    public static IEnumerable<string> Lines(TeacherStudy study)
    {
        foreach (TeacherGroup group in study.Groups)
        {
            yield return $"{group.Name}: {group.Data}; {group.Teacher} -> {group.Student}";
            IEnumerable<string[]> rows = group.Rows.Select(MethodSummary.Of).Select(s => (string[])
                [s.Name, Figures.Number(s.Count, "0"), Figures.Percent(s.TeacherTop1), Figures.Nats(s.InformationLogits),
                    Figures.Percent(s.StudentTop1)]);
            foreach (string line in TextTable.Lines([["setting", "seeds", "teacher top-1 %", "I_hat logits", "student top-1 %"], .. rows]))
                yield return line;
            foreach (string sentence in group.Sentences())
                yield return $"- {sentence}";
            yield return string.Empty;
        }

        foreach (string sentence in study.Sentences())
            yield return sentence;
    }
}
