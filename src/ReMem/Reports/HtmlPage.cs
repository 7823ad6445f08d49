using System.Net;
using System.Text;

namespace ReMem.Reports;

/// <summary>
/// A self-contained page: nothing is loaded from elsewhere and no script runs. Methods take markup; texts must be escaped first.
/// </summary>
internal sealed class HtmlPage
{
    private readonly StringBuilder _body = new();
    private readonly string _title;
    private readonly string _css;
    private readonly bool _pictures;

    /// <summary>Starts a page.</summary>
    /// <param name="title">Its title and first heading.</param>
    /// <param name="pictures">Whether the page may show embedded pictures.</param>
    /// <param name="css">Additional styles.</param>
    public HtmlPage(string title, bool pictures = false, string css = "")
    {
        (_title, _pictures, _css) = (title, pictures, css);
        _body.Append($"<h1>{Encode(title)}</h1>\n");
    }

    /// <summary>Begins a part that may be wider than the page and then scrolls, also by keyboard.</summary>
    public const string Wide = "<div class=\"wide\" tabindex=\"0\">";

    /// <summary>The same with a border.</summary>
    public const string WideCard = "<div class=\"card wide\" tabindex=\"0\">";

    /// <summary>Text to copy, in a part that scrolls, also by keyboard.</summary>
    public static string Code(string text) => $"<pre tabindex=\"0\"><code>{Encode(text)}</code></pre>";

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    public HtmlPage Add(string markup)
    {
        _body.Append(markup).Append('\n');
        return this;
    }

    public HtmlPage Heading(string text) => Add($"<h2>{Encode(text)}</h2>");

    public HtmlPage Paragraph(string text, string style = "soft") => Add($"<p class=\"{style}\">{Encode(text)}</p>");

    public HtmlPage Charts(IEnumerable<(string Title, string Svg, string Caption)> charts)
    {
        _body.Append("<div class=\"charts\">\n");
        foreach ((string title, string svg, string caption) in charts)
            _body.Append($"<figure><h3>{Encode(title)}</h3>\n{svg}\n<figcaption>{Encode(caption)}</figcaption></figure>\n");
        return Add("</div>");
    }

    /// <summary>A table with row headers in the first cell of each row.</summary>
    public HtmlPage Table(IEnumerable<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        _body.Append("<section>" + WideCard + "<table>\n<thead><tr>");
        foreach (string head in heads)
            _body.Append($"<th scope=\"col\">{Encode(head)}</th>");
        _body.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in rows)
            _body.Append($"<tr><th scope=\"row\">{Encode(row[0])}</th>"
                + $"{string.Concat(row.Skip(1).Select(cell => $"<td>{Encode(cell)}</td>"))}</tr>\n");
        return Add("</tbody></table></div></section>");
    }

    public HtmlPage Command(string command) => Heading("To repeat it").Add(Code(command));

    public string Render() => Document(_title, _body.ToString(), _pictures, _css);

    /// <summary>A whole document around a body.</summary>
    /// <param name="title">The window's title.</param>
    /// <param name="body">Markup.</param>
    /// <param name="pictures">Whether the page may show embedded pictures.</param>
    /// <param name="css">Additional styles.</param>
    public static string Document(string title, string body, bool pictures = false, string css = "") => new StringBuilder()
        .Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            + $"{(pictures ? "img-src data:; " : "")}style-src 'unsafe-inline'\">\n")
        .Append($"<title>{Encode(title)}</title>\n<style>\n{HtmlStyle.Css}{css}\n</style>\n</head>\n<body>\n<main>\n")
        .Append(body)
        .Append("</main>\n</body>\n</html>\n")
        .ToString();
}
