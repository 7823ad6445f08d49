using System.Text;

namespace ReMem.Reports;

/// <summary>Methods' scores and their differences, as tables of a page.</summary>
internal static class ScoreTables
{
    private static readonly string[] Columns =
        ["top-1 %", "balanced %", "I_hat logits", "I_hat pooled", "top-1 %", "balanced %", "top-5 %", "ECE %"];

    /// <summary>A row for each method: its teacher, its student, and their minutes.</summary>
    /// <param name="page">Appended to.</param>
    /// <param name="summary">The rows.</param>
    /// <param name="name">A row's head, as markup.</param>
    public static void Scores(StringBuilder page, IReadOnlyList<MethodSummary> summary, Func<MethodSummary, int, string> name)
    {
        page.Append(HtmlPage.WideCard + "<table>\n<thead><tr><th rowspan=\"2\">method</th><th rowspan=\"2\">seeds</th>")
            .Append("<th colspan=\"4\" class=\"group\">teacher</th><th colspan=\"4\" class=\"group\">student</th>")
            .Append("<th rowspan=\"2\">minutes</th></tr>\n<tr>");
        foreach (string column in Columns)
            page.Append($"<th scope=\"col\">{column}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < summary.Count; i++)
        {
            MethodSummary s = summary[i];
            Row(page, name(s, i), Figures.Number(s.Count, "0"), Figures.Percent(s.TeacherTop1), Figures.Percent(s.TeacherBalanced),
                Figures.Nats(s.InformationLogits), Figures.Nats(s.InformationPooled), Figures.Percent(s.StudentTop1),
                Figures.Percent(s.StudentBalanced), Figures.Percent(s.StudentTop5), Figures.Percent(s.Ece),
                Figures.Number(s.TeacherMinutes + s.StudentMinutes, "0.0"));
        }

        page.Append("</tbody></table></div>\n");
    }

    /// <summary>A row for each difference, with its verdict.</summary>
    public static void Differences(StringBuilder page, IEnumerable<Finding> findings)
    {
        page.Append(HtmlPage.WideCard + "<table>\n<thead><tr><th scope=\"col\" class=\"text\">finding</th><th "
            + "scope=\"col\">verdict</th></tr></thead>\n<tbody>\n");
        foreach (Finding finding in findings)
        {
            (string style, string word) = finding.Verdict switch
            {
                Verdict.Higher => ("higher", "higher"),
                Verdict.Lower => ("lower", "lower"),
                _ => ("noise", "within noise"),
            };
            page.Append($"<tr><td class=\"text\">{HtmlPage.Encode(finding.Sentence)}</td>")
                .Append($"<td><span class=\"badge {style}\">{word}</span></td></tr>\n");
        }

        page.Append("</tbody></table></div>\n");
    }

    /// <summary>A row of a table. The head is already markup; numbers need no escaping.</summary>
    public static void Row(StringBuilder page, string head, params string[] cells)
    {
        page.Append($"<tr><th scope=\"row\">{head}</th>");
        foreach (string cell in cells)
            page.Append($"<td>{cell}</td>");
        page.Append("</tr>\n");
    }
}
