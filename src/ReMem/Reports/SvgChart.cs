using System.Globalization;
using System.Net;
using System.Text;

namespace ReMem.Reports;

/// <summary>
/// A chart as inline SVG. It uses the page's font and colours, so that it needs no font on this machine, follows
/// light and dark mode, and is accessible to screen readers. A series has one colour (class s0, s1 ...) and one marker shape in every
/// chart.
/// </summary>
internal sealed class SvgChart
{
    private const double Width = 560;
    private const double Left = 62;
    private const double Right = 16;
    private const double PlotHeight = 250;
    private const double LegendLine = 20;
    private const double LetterWidth = 7.2;

    private readonly StringBuilder _body = new();
    private readonly string _title;
    private readonly string _xLabel;
    private readonly string _yLabel;
    private readonly ChartAxis? _x;
    private readonly ChartAxis _y;
    private readonly List<(int Series, string Name, double X, double Y)> _legend = [];
    private readonly double _top;

    /// <summary>Starts a chart.</summary>
    /// <param name="title">The title for screen readers.</param>
    /// <param name="xLabel">The label of the x axis, with its unit.</param>
    /// <param name="yLabel">The label of the y axis, with its unit.</param>
    /// <param name="x">The x axis; null for categories, which <see cref="Category"/> adds.</param>
    /// <param name="y">The y axis.</param>
    /// <param name="legend">Series and names, in order.</param>
    public SvgChart(string title, string xLabel, string yLabel, ChartAxis? x, ChartAxis y, IEnumerable<(int Series, string Name)> legend)
    {
        (_title, _xLabel, _yLabel, _x, _y) = (title, xLabel, yLabel, x, y);
        double at = Left, line = 14;
        foreach ((int series, string name) in legend)
        {
            double width = 26 + (Math.Min(name.Length, 40) * LetterWidth);
            if (at + width > Width - Right && at > Left)
                (at, line) = (Left, line + LegendLine);
            _legend.Add((series, name, at, line));
            at += width;
        }

        _top = _legend.Count == 0 ? 12 : line + 16;
    }

    private double Bottom => _top + PlotHeight;

    /// <summary>A marker with error bars; null or 0 draws none.</summary>
    public void Point(int series, double x, double y, string tip, double? errorX = null, double? errorY = null, bool faint = false)
    {
        if (!double.IsFinite(x) || !double.IsFinite(y))
            return;
        if (errorX > 0)
            Segment(series, "error", X(x - errorX.Value), Y(y), X(x + errorX.Value), Y(y));
        if (errorY > 0)
            Segment(series, "error", X(x), Y(y - errorY.Value), X(x), Y(y + errorY.Value));
        Marker(series, X(x), Y(y), faint ? 3.6 : 6, faint ? "marker faint" : "marker", tip);
    }

    /// <summary>A line through points; a point that is not finite interrupts it.</summary>
    public void Path(int series, IReadOnlyList<(double X, double Y)> points)
    {
        var path = new StringBuilder();
        bool open = false;
        foreach ((double x, double y) in points)
        {
            bool known = double.IsFinite(x) && double.IsFinite(y);
            if (known)
                path.Append(open ? 'L' : 'M').Append(N(X(x))).Append(' ').Append(N(Y(y)));
            open = known;
        }

        _body.Append($"<path class=\"line s{series}\" d=\"{path}\"/>");
    }

    /// <summary>A dashed line across the chart.</summary>
    public void Level(int series, double y) => Segment(series, "level", Left, Y(y), Width - Right, Y(y));

    /// <summary>A bar of one of several measures at a category, with an error bar and the seeds' own values.</summary>
    public void Bar(int series, double center, double width, double y, double? error, IEnumerable<double> seeds, string tip, bool pale)
    {
        if (!double.IsFinite(y))
            return;
        double x = Left + (center * (Width - Left - Right)), half = width * (Width - Left - Right) / 2;
        _body.Append($"<rect class=\"bar s{series}{(pale ? " pale" : "")}\" x=\"{N(x - half)}\" y=\"{N(Y(y))}\" width=\"{N(2 * half)}\" ")
            .Append($"height=\"{N(Math.Max(0, Y(_y.Low) - Y(y)))}\"><title>{Encode(tip)}</title></rect>");
        foreach (double seed in seeds.Where(double.IsFinite))
            _body.Append($"<circle class=\"seed\" cx=\"{N(x)}\" cy=\"{N(Y(seed))}\" r=\"2.2\"/>");
        if (error > 0)
            _body.Append($"<path class=\"whisker\" d=\"M{N(x)} {N(Y(y - error.Value))}V{N(Y(y + error.Value))}\"/>");
    }

    /// <summary>A category's name below the axis.</summary>
    public void Category(double center, string name) =>
        _body.Append($"<text class=\"tick\" text-anchor=\"middle\" x=\"{N(Left + (center * (Width - Left - Right)))}\" "
            + $"y=\"{N(Bottom + 17)}\">{Encode(name)}</text>");

    /// <summary>The chart's markup.</summary>
    public string Render()
    {
        double height = Bottom + 46;
        var svg = new StringBuilder();
        svg.Append($"<svg class=\"chart\" viewBox=\"0 0 {N(Width)} {N(height)}\" role=\"img\" aria-label=\"{Encode(_title)}\">");
        foreach (double tick in _y.Ticks)
        {
            svg.Append($"<path class=\"grid\" d=\"M{N(Left)} {N(Y(tick))}H{N(Width - Right)}\"/>")
                .Append($"<text class=\"tick\" text-anchor=\"end\" x=\"{N(Left - 8)}\" y=\"{N(Y(tick) + 4)}\">{_y.Label(tick)}</text>");
        }

        foreach (double tick in _x?.Ticks ?? [])
        {
            svg.Append($"<path class=\"grid\" d=\"M{N(X(tick))} {N(_top)}V{N(Bottom)}\"/>")
                .Append($"<text class=\"tick\" text-anchor=\"middle\" x=\"{N(X(tick))}\" y=\"{N(Bottom + 17)}\">{_x!.Label(tick)}</text>");
        }

        svg.Append($"<path class=\"axis\" d=\"M{N(Left)} {N(_top)}V{N(Bottom)}H{N(Width - Right)}\"/>")
            .Append($"<text class=\"label\" text-anchor=\"middle\" x=\"{N((Left + Width - Right) / 2)}\" "
                + $"y=\"{N(Bottom + 38)}\">{Encode(_xLabel)}</text>")
            .Append($"<text class=\"label\" text-anchor=\"middle\" transform=\"translate(14 {N(_top + (PlotHeight / 2))}) "
                + $"rotate(-90)\">{Encode(_yLabel)}</text>")
            .Append(_body);
        _body.Clear();
        foreach ((int series, string name, double x, double y) in _legend)
        {
            Marker(series, x + 6, y - 4, 5, "marker", null);
            _body.Append($"<text class=\"legend\" x=\"{N(x + 16)}\" y=\"{N(y)}\">{Encode(name)}</text>");
        }

        return svg.Append(_body).Append("</svg>").ToString();
    }

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private double X(double value) => Left + (_x!.Share(value) * (Width - Left - Right));

    private double Y(double value) => Bottom - (_y.Share(value) * PlotHeight);

    private void Segment(int series, string kind, double x1, double y1, double x2, double y2) =>
        _body.Append($"<path class=\"{kind} s{series}\" d=\"M{N(x1)} {N(y1)}L{N(x2)} {N(y2)}\"/>");

    private void Marker(int series, double x, double y, double r, string kind, string? tip)
    {
        string shape = (series % 5) switch
        {
            0 => $"M{N(x - r)} {N(y)}a{N(r)} {N(r)} 0 1 0 {N(2 * r)} 0a{N(r)} {N(r)} 0 1 0 {N(-2 * r)} 0Z",
            1 => $"M{N(x - r)} {N(y - r)}h{N(2 * r)}v{N(2 * r)}h{N(-2 * r)}Z",
            2 => $"M{N(x)} {N(y - (1.2 * r))}L{N(x + (1.1 * r))} {N(y + (0.9 * r))}H{N(x - (1.1 * r))}Z",
            3 => $"M{N(x)} {N(y - (1.3 * r))}L{N(x + (1.3 * r))} {N(y)}L{N(x)} {N(y + (1.3 * r))}L{N(x - (1.3 * r))} {N(y)}Z",
            _ => $"M{N(x)} {N(y + (1.2 * r))}L{N(x + (1.1 * r))} {N(y - (0.9 * r))}H{N(x - (1.1 * r))}Z",
        };
        _body.Append($"<path class=\"{kind} s{series}\" d=\"{shape}\">{(tip is null ? "" : $"<title>{Encode(tip)}</title>")}</path>");
    }
}
