using ReMem.Evaluation;
using ReMem.Teachers;

namespace ReMem.Reports;

/// <summary>The charts of a comparison, as inline SVG.</summary>
internal static class ReportCharts
{
    private const int MinPoints = 3;

    /// <summary>I_hat of the teacher against accuracy of its student: a mean with both intervals per method, and the seeds.</summary>
    /// <returns>Null where fewer than three teachers were measured, which no chart is needed for.</returns>
    public static string? InformationAgainstStudent(ComparisonReport report)
    {
        MethodSummary[] measured = [.. report.Summary.Where(s => s.InformationLogits is not null)];
        if (report.Rows.SelectMany(row => row.Seeds).Count(seed => seed.InformationLogits is not null) < MinPoints)
            return null;
        MethodSummary? plain = report.Summary.FirstOrDefault(s => s.InformationLogits is null);
        SeedRow[] seeds = [.. report.Rows.SelectMany(row => row.Seeds)];
        IEnumerable<double> xs = measured.SelectMany(s => Ends(s.InformationLogits!))
            .Concat(seeds.Select(s => s.InformationLogits?.Mean ?? double.NaN));
        IEnumerable<double> ys = report.Summary.SelectMany(s => Ends(s.StudentTop1)).Concat(seeds.Select(s => s.StudentTop1))
            .Select(y => 100 * y);
        SvgChart chart = KeptAgainstReached(xs, ys, Legend(report, report.Summary.Select(s => s.Method)));
        if (plain is not null)
            chart.Level(Series(report, plain.Method), 100 * plain.StudentTop1.Mean);
        foreach (TeacherRow row in report.Rows)
        {
            foreach (SeedRow seed in row.Seeds.Where(seed => row.Seeds.Count > 1 && seed.InformationLogits is not null))
            {
                chart.Point(Series(report, row.Method), seed.InformationLogits!.Mean, 100 * seed.StudentTop1,
                    $"{row.Name}, seed {seed.Seed}", faint: true);
            }
        }

        foreach (MethodSummary s in measured)
        {
            chart.Point(Series(report, s.Method), s.InformationLogits!.Mean, 100 * s.StudentTop1.Mean,
                $"{s.Name}: I_hat {Figures.Nats(s.InformationLogits)}, student {Figures.Percent(s.StudentTop1)} %",
                s.InformationLogits.HalfWidth, 100 * s.StudentTop1.HalfWidth);
        }

        return chart.Render();
    }

    /// <summary>I_hat of every teacher against accuracy of its student; students without a teacher as lines.</summary>
    public static string Teachers(IReadOnlyList<TeacherRow> rows)
    {
        string[] methods = [.. rows.Select(row => row.Method).Distinct()];
        (TeacherRow Row, SeedRow Seed)[] measured =
            [.. rows.SelectMany(row => row.Seeds.Where(seed => seed.InformationLogits is not null).Select(seed => (row, seed)))];
        SeedRow[] plain = [.. rows.Where(row => row.Method == TeacherMethod.None.Name).SelectMany(row => row.Seeds)];
        SvgChart chart = KeptAgainstReached(
            measured.Select(m => m.Seed.InformationLogits!.Mean),
            measured.Select(m => m.Seed).Concat(plain).Select(seed => 100 * seed.StudentTop1), methods.Select((method, i) => (i, method)));
        if (plain.Length > 0)
            chart.Level(Array.IndexOf(methods, TeacherMethod.None.Name), 100 * plain.Average(seed => seed.StudentTop1));
        foreach ((TeacherRow row, SeedRow seed) in measured)
        {
            chart.Point(Array.IndexOf(methods, row.Method), seed.InformationLogits!.Mean, 100 * seed.StudentTop1,
                $"{row.Name}, seed {seed.Seed}: teacher {Figures.Percent(seed.TeacherTop1)} %, I_hat "
                    + $"{Figures.Nats(seed.InformationLogits)}, student {Figures.Percent(seed.StudentTop1)} %");
        }

        return chart.Render();
    }

    /// <summary>Top-1 of students, teachers and probe against their time an image.</summary>
    /// <returns>Null where fewer than three models were timed, which the table shows as well.</returns>
    public static string? AccuracyAgainstTime(IReadOnlyList<CostRow> costs)
    {
        CostRow[] timed = [.. costs.Where(c => c.Milliseconds is not null)];
        if (timed.Length < MinPoints)
            return null;
        (ModelRole Role, string Name)[] roles =
        [
            .. new[] { (ModelRole.Exported, "your model"), (ModelRole.Student, "other students"), (ModelRole.Teacher, "teachers"),
                (ModelRole.Probe, "linear probe") }.Where(role => timed.Any(row => row.Role == role.Item1)),
        ];
        var chart = new SvgChart("Test top-1 accuracy against time an image", "ms an image (ONNX Runtime, one thread)", "test top-1 (%)",
            ChartAxis.Around(timed.Select(row => row.Milliseconds!.Value), fromZero: true),
            ChartAxis.Around(timed.Select(row => 100 * row.Top1)),
            roles.Select(role => ((int)role.Role, role.Name)));
        foreach (CostRow row in timed)
        {
            chart.Point((int)row.Role, row.Milliseconds!.Value, 100 * row.Top1,
                $"{row.Name}: {Figures.Percent(row.Top1)} %, {Figures.Number(row.Milliseconds, "0.00")} ms");
        }

        return chart.Render();
    }

    private static SvgChart KeptAgainstReached(IEnumerable<double> xs, IEnumerable<double> ys,
        IEnumerable<(int Series, string Name)> legend) => new(
        "I_hat of the teacher's logits against the student's top-1 accuracy", "I_hat of the teacher's logits (nats per pixel channel)",
        "student top-1 (%)",
        ChartAxis.Around(xs), ChartAxis.Around(ys), legend);

    /// <summary>The student's top-1 (full colour) and balanced accuracy (pale) by method; for a sweep, the chosen variants.</summary>
    public static string StudentBars(ComparisonReport report)
    {
        TeacherRow[] rows = [.. report.Rows.Where(row => row.IsChosen)];
        MethodSummary[] summary = [.. rows.Select(MethodSummary.Of)];
        ChartAxis y = ChartAxis.Around(summary.SelectMany(s => Ends(s.StudentTop1).Concat(Ends(s.StudentBalanced))).Select(v => 100 * v),
            fromZero: true);
        var chart = new SvgChart("Student top-1 and balanced accuracy by teacher", "teacher", "student accuracy (%)", null, y, []);
        double slot = 1.0 / summary.Length;
        for (int i = 0; i < summary.Length; i++)
        {
            MethodSummary s = summary[i];
            IReadOnlyList<SeedRow> seeds = rows[i].Seeds;
            int series = Series(report, s.Method);
            double center = (i + 0.5) * slot;
            Bar(center - (slot * 0.19), s.StudentTop1, seeds.Select(seed => 100 * seed.StudentTop1), "top-1", pale: false);
            Bar(center + (slot * 0.19), s.StudentBalanced, seeds.Select(seed => 100 * seed.StudentBalanced), "balanced accuracy",
                pale: true);
            chart.Category(center, s.Method);

            void Bar(double at, Interval value, IEnumerable<double> points, string name, bool pale) => chart.Bar(series, at, slot * 0.36,
                100 * value.Mean, 100 * value.HalfWidth, seeds.Count > 1 ? points : [], $"{s.Name}: {name} {Figures.Percent(value)} %",
                pale);
        }

        return chart.Render();
    }

    /// <summary>One chart per group of training curves.</summary>
    public static IEnumerable<(string Title, string Svg)> TrainingCurves(ComparisonReport report)
    {
        foreach (IGrouping<string, Curve> group in report.Curves.Where(curve => curve.Points.Count > 0).GroupBy(curve => curve.Chart))
        {
            ChartAxis x = ChartAxis.Around(group.SelectMany(curve => curve.Points).Select(point => (double)point.Epoch), integers: true);
            ChartAxis y = ChartAxis.Around(group.SelectMany(curve => curve.Points).Select(point => point.Value));
            var chart = new SvgChart(group.Key, "epoch", group.Key, x, y, Legend(report, group.Select(curve => curve.Name)));
            foreach (Curve curve in group)
            {
                int series = Series(report, curve.Name);
                chart.Path(series, [.. curve.Points.Select(point => ((double)point.Epoch, point.Value))]);
                CurvePoint last = curve.Points[^1];
                chart.Point(series, last.Epoch, last.Value,
                    $"{curve.Name}: {Figures.Number(last.Value, "0.####")} after epoch {last.Epoch}", faint: true);
            }

            yield return (group.Key, chart.Render());
        }
    }

    private static IEnumerable<double> Ends(Interval interval) => [interval.Low, interval.High];

    private static IEnumerable<(int Series, string Name)> Legend(ComparisonReport report, IEnumerable<string> names) =>
        names.Distinct().Select(name => (Series(report, name), name));

    /// <summary>A method's colour: its index among the methods.</summary>
    public static int Series(ComparisonReport report, string method) =>
        Math.Max(0, report.Rows.Select(row => row.Method).Distinct().ToList().IndexOf(method));
}
