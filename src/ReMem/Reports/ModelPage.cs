using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>A model's answers to labelled images as one self-contained page.</summary>
internal static class ModelPage
{
    /// <summary>The page.</summary>
    /// <param name="model">What was scored.</param>
    /// <param name="metrics">Its scores.</param>
    /// <param name="answers">Its answers.</param>
    /// <param name="command">The command to repeat it.</param>
    public static string Render(string model, ClassificationMetrics metrics, AnswerSection answers, string command)
    {
        (double low, double high) = ShareInterval.Wilson(metrics.Top1, metrics.Count);
        string scores = $"Top-1 {Figures.Percent(metrics.Top1)} % on {metrics.Count} images ({answers.Split}), 95 % interval "
            + $"{Figures.Percent(low)} to {Figures.Percent(high)} %.";
        return new HtmlPage(model, pictures: true, AnswerMarkup.Css)
            .Paragraph(scores, "headline")
            .Paragraph($"Balanced accuracy {Figures.Percent(metrics.BalancedAccuracy)} %, top-5 {Figures.Percent(metrics.Top5)} %, "
                + "calibration "
                + $"error {Figures.Percent(metrics.ExpectedCalibrationError)} %.")
            .Add(AnswerMarkup.Render(answers))
            .Command(command)
            .Render();
    }
}
