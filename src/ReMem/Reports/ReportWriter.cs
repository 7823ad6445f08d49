using ReMem.Runtime;

namespace ReMem.Reports;

/// <summary>Writes a comparison's files into its run folder.</summary>
internal static class ReportWriter
{
    /// <summary>The file name of the data.</summary>
    public const string JsonFile = "report.json";

    /// <summary>The file name of the page.</summary>
    public const string HtmlFile = "report.html";

    /// <summary>Writes report.json and report.html, each whole or not at all.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static void Write(ComparisonReport report, string folder)
    {
        AtomicFile.WriteAllText(Path.Combine(folder, JsonFile), Json.Serialize(report) + "\n");
        AtomicFile.WriteAllText(Path.Combine(folder, HtmlFile), HtmlReport.Render(report));
    }

    /// <summary>Reads the report.json of a run folder.</summary>
    /// <exception cref="InputException">It is missing or not a report.</exception>
    public static ComparisonReport Read(string folder)
    {
        string path = Path.Combine(folder, JsonFile);
        if (!File.Exists(path))
            throw new InputException("The folder has no report.json.", folder, "Finish the run first.");
        return Json.ReadFile<ComparisonReport>(path);
    }
}
