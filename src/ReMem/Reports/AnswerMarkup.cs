using System.Text;
using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>The parts of a page about a model's answers. All texts are escaped.</summary>
internal static class AnswerMarkup
{
    /// <summary>Styles of these parts.</summary>
    public const string Css = """

        .shots { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .8rem; padding: 0; margin: .6rem 0; }
        .shots li { list-style: none; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .6rem;
          font-size: .86rem; overflow-wrap: anywhere; break-inside: avoid; }
        .shots img { display: block; max-width: 100%; height: 7.5rem; object-fit: contain; margin: 0 auto .4rem; border-radius: 4px; }
        .shots b { display: block; } .shots span { color: var(--soft); }
        .recall { display: inline-block; vertical-align: middle; width: 10rem; height: .7rem; background: var(--line); border-radius: 3px; }
        .recall i { display: block; height: 100%; background: var(--accent); border-radius: 3px; }
        .matrix td, .matrix th { padding: .25rem .4rem; text-align: center; } .matrix th[scope=row] { text-align: left; }
        .matrix td { background: color-mix(in srgb, var(--c) calc(var(--share) * 70%), transparent); }
        .matrix .right { --c: var(--up); } .matrix .wrong { --c: var(--down); } .matrix td { --share: 0; }
        .map { display: block; min-width: 56rem; width: 100%; height: auto; font-size: 9px; }
        .map text { fill: var(--ink); } .map .right { fill: var(--up); } .map .wrong { fill: var(--down); }
        .map .frame { fill: none; stroke: var(--line); }
        """;

    /// <summary>More classes than this are drawn as a map, without numbers.</summary>
    private const int MaxNumbers = 16;

    /// <summary>More classes than this have no legible map: the pairs tell.</summary>
    private const int MaxMapped = 200;

    /// <summary>Classes whose bars are shown before the rest is folded.</summary>
    private const int ShownClasses = 12;

    private const int ShownPairs = 12;
    private const int Cell = 9;
    private const int NameWidth = 150;

    /// <summary>A share, 0 to 1, as a bar.</summary>
    public static string Bar(double share) =>
        $"<span class=\"recall\"><i style=\"width:{Figures.Number(100 * share, "0.#")}%\"></i></span>";

    /// <summary>Sections: what is mistaken for what, each class, the worst mistakes, labels that look wrong.</summary>
    public static string Render(AnswerSection answers)
    {
        var page = new StringBuilder();
        page.Append("<section>\n<h2>What it mistakes for what</h2>\n");
        Pairs(page, answers);
        if (answers.Classes.Count <= MaxNumbers)
            Matrix(page, answers);
        else if (answers.Classes.Count <= MaxMapped)
            Map(page, answers);
        page.Append("</section>\n<section>\n<h2>Every class</h2>\n");
        Classes(page, answers);
        page.Append("</section>\n");
        if (answers.Mistakes.Count > 0)
        {
            page.Append("<section>\n<h2>The worst mistakes</h2>\n")
                .Append($"<p class=\"soft\">Of {answers.Images} {Text(answers.Split)} images, those that it is most sure of and "
                    + "wrong.</p>\n");
            Shots(page, answers.Mistakes);
            page.Append("</section>\n");
        }

        if (answers.Doubtful.Count > 0)
        {
            page.Append("<section>\n<h2>Labels that look wrong</h2>\n<p class=\"soft\">Training images whose label the model, which "
                + "learned ")
                .Append("from it, all but rules out. Look at them: a wrong label costs more than a missing one.</p>\n");
            Shots(page, answers.Doubtful);
            page.Append("</section>\n");
        }

        return page.ToString();
    }

    private static void Pairs(StringBuilder page, AnswerSection answers)
    {
        int wrong = answers.Confused.Sum(c => c.Count);
        if (wrong == 0)
        {
            page.Append($"<p>No mistake on {answers.Images} images.</p>\n");
            return;
        }

        page.Append($"<p class=\"soft\">{wrong} of {answers.Images} images ({Text(answers.Split)}) are answered wrongly.</p>\n")
            .Append(HtmlPage.WideCard + "<table>\n<thead><tr><th scope=\"col\">labelled</th><th scope=\"col\" "
                + "class=\"text\">answered</th>")
            .Append("<th scope=\"col\">images</th><th scope=\"col\">of the class</th></tr></thead>\n<tbody>\n");
        foreach (AnswerCell cell in answers.Confused.Take(ShownPairs))
        {
            ClassScore label = answers.Classes[cell.Label];
            page.Append($"<tr><th scope=\"row\">{Text(label.Name)}</th><td class=\"text\">{Text(answers.Classes[cell.Answer].Name)}</td>")
                .Append($"<td>{cell.Count}</td><td>{Figures.Percent((double)cell.Count / label.Count)} %</td></tr>\n");
        }

        page.Append("</tbody></table></div>\n");
    }

    private static void Matrix(StringBuilder page, AnswerSection answers)
    {
        Dictionary<(int, int), int> counts = answers.Cells.ToDictionary(c => (c.Label, c.Answer), c => c.Count);
        page.Append("<details open=\"\"><summary>Confusion matrix: rows are labels, columns answers</summary>\n" + HtmlPage.Wide)
            .Append("<table class=\"matrix\">\n<thead><tr><td></td>");
        foreach (ClassScore score in answers.Classes)
            page.Append($"<th scope=\"col\">{Text(score.Name)}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        for (int row = 0; row < answers.Classes.Count; row++)
        {
            ClassScore label = answers.Classes[row];
            page.Append($"<tr><th scope=\"row\">{Text(label.Name)}</th>");
            for (int column = 0; column < answers.Classes.Count; column++)
            {
                int count = counts.GetValueOrDefault((row, column));
                string share = Figures.Number((double)count / Math.Max(1, label.Count), "0.###");
                page.Append(count == 0
                    ? "<td></td>"
                    : $"<td class=\"{Side(row, column)}\" style=\"--share:{share}\">{count}</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody></table></div></details>\n");
    }

    /// <summary>A square for each cell that is not empty, the darker the larger its share of the row.</summary>
    private static void Map(StringBuilder page, AnswerSection answers)
    {
        int side = Cell * answers.Classes.Count, width = NameWidth + side + 4, height = NameWidth + side + 4;
        page.Append("<details><summary>Confusion matrix: rows are labels, columns answers</summary>\n" + HtmlPage.Wide)
            .Append($"<svg class=\"map\" viewBox=\"0 0 {width} {height}\" role=\"img\" ")
            .Append($"aria-label=\"Confusion matrix of {answers.Classes.Count} classes; the table above names the largest cells\">\n")
            .Append($"<rect class=\"frame\" x=\"{NameWidth}\" y=\"{NameWidth}\" width=\"{side}\" height=\"{side}\"/>\n");
        for (int i = 0; i < answers.Classes.Count; i++)
        {
            string name = Text(Short(answers.Classes[i].Name));
            int at = NameWidth + (i * Cell);
            page.Append($"<text x=\"{NameWidth - 4}\" y=\"{at + Cell - 1}\" text-anchor=\"end\">{name}</text>")
                .Append($"<text transform=\"translate({at + Cell - 1} {NameWidth - 4}) rotate(-90)\">{name}</text>\n");
        }

        foreach (AnswerCell cell in answers.Cells)
        {
            ClassScore label = answers.Classes[cell.Label];
            double share = (double)cell.Count / label.Count;
            page.Append($"<rect class=\"{Side(cell.Label, cell.Answer)}\" x=\"{NameWidth + (cell.Answer * Cell)}\" ")
                .Append($"y=\"{NameWidth + (cell.Label * Cell)}\" width=\"{Cell - 1}\" height=\"{Cell - 1}\" ")
                .Append($"fill-opacity=\"{Figures.Number(0.15 + (0.85 * share), "0.##")}\"><title>{Text(label.Name)} as ")
                .Append($"{Text(answers.Classes[cell.Answer].Name)}: {cell.Count}</title></rect>\n");
        }

        page.Append("</svg></div></details>\n");
    }

    private static void Classes(StringBuilder page, AnswerSection answers)
    {
        ClassScore[] sorted = [.. answers.Classes.Where(c => c.Count > 0).OrderBy(c => c.Recall).ThenByDescending(c => c.Count)];
        int first = sorted.Length <= ShownClasses + 4 ? sorted.Length : ShownClasses;
        page.Append("<p class=\"soft\">The worst first: the share of a class's images that are answered rightly (recall), and the "
            + "share of ")
            .Append("such answers that are right (precision).</p>\n");
        Bars(page, sorted.Take(first));
        if (first < sorted.Length)
        {
            page.Append($"<details><summary>The other {sorted.Length - first} classes</summary>\n");
            Bars(page, sorted.Skip(first));
            page.Append("</details>\n");
        }

        string[] absent = [.. answers.Classes.Where(c => c.Count == 0).Select(c => c.Name)];
        if (absent.Length > 0)
            page.Append($"<p class=\"soft\">No images of {Text(string.Join(", ", absent))}.</p>\n");
    }

    private static void Bars(StringBuilder page, IEnumerable<ClassScore> classes)
    {
        page.Append(HtmlPage.WideCard + "<table>\n<thead><tr><th scope=\"col\">class</th><th scope=\"col\">images</th>")
            .Append("<th scope=\"col\" class=\"text\">recall</th><th scope=\"col\">%</th><th scope=\"col\">precision "
                + "%</th></tr></thead>\n<tbody>\n");
        foreach (ClassScore c in classes)
        {
            page.Append($"<tr><th scope=\"row\">{Text(c.Name)}</th><td>{c.Count}</td><td class=\"text\">{Bar(c.Recall)}</td>")
                .Append($"<td>{Figures.Percent(c.Recall)}</td>")
                .Append($"<td>{Figures.Percent(c.Precision)}</td></tr>\n");
        }

        page.Append("</tbody></table></div>\n");
    }

    private static void Shots(StringBuilder page, IEnumerable<ShownAnswer> shown)
    {
        page.Append("<ul class=\"shots\">\n");
        foreach (ShownAnswer s in shown)
        {
            page.Append("<li>");
            if (s.Picture is { } picture)
                page.Append($"<img alt=\"\" src=\"{picture}\">");
            page.Append($"<b>{Text(s.Answer)}, {Figures.Percent(s.Confidence)} %</b>labelled {Text(s.Label)} ")
                .Append($"({Figures.Percent(s.LabelProbability)} %)").Append($"<br><span>{Text(s.Name)}</span></li>\n");
        }

        page.Append("</ul>\n");
    }

    private static string Side(int label, int answer) => label == answer ? "right" : "wrong";

    private static string Short(string name) => name.Length <= 26 ? name : name[..25] + "…";

    private static string Text(string text) => HtmlPage.Encode(text);
}
