using System.Xml.Linq;
using ReMem.Evaluation;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed class AnswerMarkupTests
{
    [Theory]
    [InlineData(3, 1, 0)]
    [InlineData(16, 1, 0)]
    [InlineData(17, 0, 1)]
    [InlineData(100, 0, 1)]
    [InlineData(300, 0, 0)]
    public void Few_classes_have_numbers_many_a_map_and_very_many_only_pairs(int classes, int tables, int maps)
    {
        XElement page = Parse(Section(classes));
        Assert.Equal(tables, page.Descendants("table").Count(t => (string?)t.Attribute("class") == "matrix"));
        Assert.Equal(maps, page.Descendants("svg").Count());
        if (maps > 0)
        {
            // A frame, the diagonal and the one confusion.
            Assert.Equal(1 + classes + 1, page.Descendants("rect").Count());
            Assert.Equal(2 * classes, page.Descendants("text").Count());
        }

        string[] bars = [.. page.Descendants("span").Where(s => (string?)s.Attribute("class") == "recall").Select(s => s.Value)];
        Assert.Equal(classes, bars.Length);
    }

    [Fact]
    public void Texts_are_escaped_and_pictures_have_their_words_next_to_them()
    {
        AnswerSection section = Section(2) with
        {
            Doubtful = [new ShownAnswer("a&b.jpg", "<i>", "x", 0.95, 0.001)],
        };
        string markup = AnswerMarkup.Render(section);
        Assert.DoesNotContain("<i>", markup, StringComparison.Ordinal);
        Assert.Contains("a&amp;b.jpg", markup, StringComparison.Ordinal);
        Assert.Contains("Labels that look wrong", markup, StringComparison.Ordinal);
        Assert.Contains("labelled &lt;i&gt; (0.1 %)", markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Labels that look wrong", AnswerMarkup.Render(Section(2)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_mistake_there_is_one_sentence()
    {
        var section = new AnswerSection("test", 4, [new ClassScore("a", 4, 1, 1, 1)], [new AnswerCell(0, 0, 4)], []);
        string markup = AnswerMarkup.Render(section);
        Assert.Contains("No mistake on 4 images.", markup, StringComparison.Ordinal);
        Assert.DoesNotContain("The worst mistakes", markup, StringComparison.Ordinal);
    }

    private static XElement Parse(AnswerSection section) =>
        XElement.Parse($"<page>{AnswerMarkup.Render(section).Replace("<br>", "<br/>", StringComparison.Ordinal)}</page>");

    /// <summary>Ten images of each class, of which one of the first class is answered as the second.</summary>
    private static AnswerSection Section(int classes) => new(
        "test",
        10 * classes,
        [.. Enumerable.Range(0, classes).Select(i => new ClassScore($"class {i}", 10, i == 0 ? 0.9 : 1, 1, 0.9))],
        [new AnswerCell(0, 0, 9), new AnswerCell(0, 1, 1), .. Enumerable.Range(1, classes - 1).Select(i => new AnswerCell(i, i, 10))],
        [new ShownAnswer("f/1.jpg", "class 0", "class 1", 0.8, 0.1)]);
}
