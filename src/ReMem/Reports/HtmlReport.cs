using System.Net;

namespace ReMem.Reports;

/// <summary>A comparison as one self-contained page.</summary>
public static class HtmlReport
{
    /// <summary>The page; nothing in it is loaded from elsewhere.</summary>
    public static string Render(ComparisonReport report) =>
        $"<!doctype html><title>{WebUtility.HtmlEncode(report.Title)}</title><pre>{WebUtility.HtmlEncode(ConsoleTable.Render(report))}</pre>";
}
