using ReMem.Data.Sources;
using ReMem.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Reports;

/// <summary>How a model answers labelled images: by class, what it mistakes for what, and its worst mistakes.</summary>
/// <param name="Split">Which images, such as "test".</param>
/// <param name="Images">How many.</param>
/// <param name="Classes">Scores of each class, in index order.</param>
/// <param name="Cells">The confusion matrix without its empty cells.</param>
/// <param name="Mistakes">The most confident wrong answers, worst first.</param>
internal sealed record AnswerSection(
    string Split, int Images, IReadOnlyList<ClassScore> Classes, IReadOnlyList<AnswerCell> Cells, IReadOnlyList<ShownAnswer> Mistakes)
{
    /// <summary>Mistakes that are shown, at the most.</summary>
    internal const int MaxMistakes = 24;

    /// <summary>Images with doubtful labels that are shown, at the most.</summary>
    internal const int MaxDoubtful = 12;

    /// <summary>An answer that is at least so confident casts doubt on a label...</summary>
    private const double Sure = 0.9;

    /// <summary>...that the model gives no more than this.</summary>
    private const double Unlikely = 0.01;

    /// <summary>Training images whose labels look wrong, the least likely first. Default none.</summary>
    public IReadOnlyList<ShownAnswer> Doubtful { get; init; } = [];

    /// <summary>Training images that were looked at for that.</summary>
    public int Checked { get; init; }

    /// <summary>What is mistaken for what, the most frequent first.</summary>
    internal IEnumerable<AnswerCell> Confused => Cells.Where(c => c.Label != c.Answer).OrderByDescending(c => c.Count)
        .ThenBy(c => c.Label).ThenBy(c => c.Answer);

    /// <summary>Collects the answers for a split.</summary>
    /// <param name="split">Its name.</param>
    /// <param name="logits">Finite, [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <param name="classes">C names.</param>
    /// <param name="images">Where the images are.</param>
    /// <param name="rows">The image of each row; null is the source's order.</param>
    public static AnswerSection Of(
        string split, Tensor logits, Tensor labels, IReadOnlyList<string> classes, IImageSource images, IReadOnlyList<int>? rows = null)
    {
        ClassificationMetrics metrics = ClassificationMetrics.From(logits, labels, classes);
        Answer[] answers = Read(logits, labels);
        AnswerCell[] cells = [.. answers.GroupBy(a => (a.Label, a.Given)).Select(g => new AnswerCell(g.Key.Label, g.Key.Given, g.Count()))
            .OrderBy(c => c.Label).ThenBy(c => c.Answer)];
        IEnumerable<Answer> worst = answers.Where(a => a.Label != a.Given).OrderByDescending(a => a.Confidence).ThenBy(a => a.Row)
            .Take(MaxMistakes);
        return new AnswerSection(split, answers.Length, metrics.PerClass, cells, [.. worst.Select(a => Shown(a, classes, images, rows))]);
    }

    /// <summary>The images whose labels look wrong: a confident answer that leaves the label next to nothing.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static IReadOnlyList<ShownAnswer> DoubtfulOf(
        Tensor logits, Tensor labels, IReadOnlyList<string> classes, IImageSource images) =>
    [
        .. Read(logits, labels).Where(a => a.Confidence >= Sure && a.LabelProbability <= Unlikely)
            .OrderBy(a => a.LabelProbability).ThenBy(a => a.Row).Take(MaxDoubtful).Select(a => Shown(a, classes, images, null)),
    ];

    private static Answer[] Read(Tensor logits, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor probabilities = logits.cpu().to(ScalarType.Float64).softmax(1), column = labels.cpu().unsqueeze(1);
        long[] truth = labels.cpu().data<long>().ToArray(), given = probabilities.argmax(1).data<long>().ToArray();
        double[] confidence = probabilities.max(1).values.data<double>().ToArray();
        double[] own = probabilities.gather(1, column).squeeze(1).contiguous().data<double>().ToArray();
        return [.. truth.Select((label, i) => new Answer(i, (int)label, (int)given[i], confidence[i], own[i]))];
    }

    private static ShownAnswer Shown(Answer answer, IReadOnlyList<string> classes, IImageSource images, IReadOnlyList<int>? rows)
    {
        int index = rows?[answer.Row] ?? answer.Row;
        return new ShownAnswer(Short(images.Name(index)), classes[answer.Label], classes[answer.Given],
            answer.Confidence, answer.LabelProbability)
        {
            Picture = Thumbnail.DataAddress(images, index),
        };
    }

    /// <summary>A file's name with its folder, which a reader knows it by.</summary>
    private static string Short(string name) => string.Join('/', name.Split(Path.DirectorySeparatorChar, '/').TakeLast(2));

    private sealed record Answer(int Row, int Label, int Given, double Confidence, double LabelProbability);
}
