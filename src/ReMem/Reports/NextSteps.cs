using ReMem.Evaluation;
using ReMem.Runtime;
using ReMem.Teachers;

namespace ReMem.Reports;

/// <summary>What to do next, read from a report's own figures: the likely cause of what falls short, and a command.</summary>
internal static class NextSteps
{
    /// <summary>Half of the interval of the test accuracy beyond which the test split is called small.</summary>
    private const double WideInterval = 0.03;

    /// <summary>A teacher so far above its student leaves room for it.</summary>
    private const double Room = 0.04;

    /// <summary>A rise of validation accuracy at the end of a training that is worth more time.</summary>
    private const double Rising = 0.01;

    /// <summary>The share of all mistakes that makes a pair of classes worth a look.</summary>
    private const double LargePair = 0.08;

    private const int FewImages = 20;
    private const int MaxNamed = 5;

    /// <summary>The steps, the most promising first.</summary>
    /// <param name="report">With its exported student.</param>
    /// <param name="source">Where the images are.</param>
    /// <param name="unlabelled">Whether students learned from images without labels.</param>
    public static IReadOnlyList<NextStep> Of(ComparisonReport report, string source, bool unlabelled)
    {
        if (report.Onnx is not { FileScores: { } scores } onnx)
            return [];
        string data = ShellCommand.QuoteFile(source);
        SeedRow? alone = report.AtExportedSeed(TeacherMethod.None.Name), chosen = report.AtExportedSeed(onnx.Method);
        double? teacher = report.Rows.SelectMany(r => r.Seeds).Where(s => s.Seed == onnx.Seed).Max(s => s.TeacherTop1);
        var steps = new List<NextStep>();
        if (teacher is { } best)
        {
            if (best < scores.Top1)
            {
                steps.Add(new NextStep(
                    $"The best teacher reaches {Percent(best)} %, less than the student: it has little to teach. Train it longer, show it "
                        + "larger images, or take a larger one.",
                    $"remem fit {data} --teacher vit_small_patch16_224 --time 3h --out runs/larger-teacher"));
            }
            else if (best - scores.Top1 > Room)
            {
                steps.Add(unlabelled
                    ? new NextStep($"The teacher reaches {Percent(best)} %, the student {Percent(scores.Top1)} %: a longer training or a "
                        + "larger student has room.", $"remem fit {data} --time 3h --out runs/longer")
                    : new NextStep($"The teacher reaches {Percent(best)} %, the student {Percent(scores.Top1)} %: photos without "
                        + "labels let "
                        + "the student learn more from it. Any of the same kind will do.",
                        $"remem fit {data} --unlabelled more-photos/ --out runs/unlabelled"));
            }
        }

        if (LastRise(report, onnx) is { } rise && rise > Rising)
        {
            steps.Add(new NextStep($"Validation accuracy still rose by {Percent(rise)} points at the end of the student's training: "
                + "give it "
                + "more time.", $"remem fit {data} --time 3h --out runs/longer"));
        }

        if (report.Answers is { } answers)
            steps.AddRange(Of(answers, report.Data));
        (double low, double high) = ShareInterval.Wilson(scores.Top1, scores.Images);
        if ((high - low) / 2 > WideInterval)
        {
            steps.Add(new NextStep($"{scores.Images} test images leave the accuracy uncertain, {Percent(low)} to {Percent(high)} %: label "
                + "more test images before small differences are believed."));
        }

        if (alone is not null && chosen is not null && report.Seeds.Count == 1)
            steps.Add(new NextStep("One seed says which model is good, not which method is: compare over several.",
                $"remem init {data} --out compare.yaml && remem run compare.yaml --out runs/compare"));
        steps.Add(new NextStep("Smaller and often faster on a CPU: int8, scored on the same images.",
            $"remem export --model-dir student --int8 --data {data} --out student-int8.onnx"));
        return steps;
    }

    private static IEnumerable<NextStep> Of(AnswerSection answers, DataSection data)
    {
        Dictionary<string, int> train = data.Classes.ToDictionary(c => c.Name, c => c.Train);
        double mean = answers.Classes.Where(c => c.Count > 0).Average(c => c.Recall);
        ClassScore[] poor = [.. answers.Classes
            .Where(c => c.Count > 0 && c.Recall < mean / 2 && train.GetValueOrDefault(c.Name, int.MaxValue) < FewImages)
            .OrderBy(c => c.Recall)];
        if (poor.Length > 0)
        {
            yield return new NextStep("Poorly known and with few training images: "
                + $"{Named(poor.Select(c => $"{c.Name} ({train[c.Name]})"))}. "
                + "Add photos of them.");
        }

        int wrong = answers.Confused.Sum(c => c.Count);
        if (answers.Confused.FirstOrDefault() is { } pair && pair.Count >= 3 && pair.Count > LargePair * wrong)
        {
            yield return new NextStep($"{pair.Count} of {wrong} mistakes take '{answers.Classes[pair.Label].Name}' for "
                + $"'{answers.Classes[pair.Answer].Name}': look at their photos, or make them one class.");
        }

        if (answers.Doubtful.Count > 0)
        {
            yield return new NextStep($"{answers.Doubtful.Count}{(answers.Doubtful.Count == AnswerSection.MaxDoubtful ? " or more" : "")} "
                + $"of {answers.Checked} training labels look wrong; they are shown below.");
        }
    }

    /// <summary>What the last validated epochs of the exported student's method added; null where there were not two.</summary>
    private static double? LastRise(ComparisonReport report, OnnxSection onnx)
    {
        CurvePoint[] points = [.. report.Curves.Where(c => c.Name == onnx.Method && c.Chart == Curve.StudentValidation)
            .SelectMany(c => c.Points)];
        return points.Length < 2 ? null : (points[^1].Value - points[^2].Value) / 100;
    }

    private static string Named(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(MaxNamed)) + (all.Length > MaxNamed ? $" and {all.Length - MaxNamed} more" : string.Empty);
    }

    private static string Percent(double share) => Figures.Percent(share);
}
