using ReMem.Reports;
using ReMem.Tests.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Reports;

public sealed class AnswerSectionTests
{
    private static readonly string[] Classes = ["cat", "dog", "owl"];

    [Fact]
    public void Mistakes_are_the_most_confident_wrong_answers_and_cells_count_every_image()
    {
        AnswerSection section = Of([(0, 0, 0.9), (0, 1, 0.6), (0, 1, 0.8), (1, 1, 0.7), (2, 0, 0.99)]);
        Assert.Equal(5, section.Images);
        Assert.Equal([(0, 0, 1), (0, 1, 2), (1, 1, 1), (2, 0, 1)], section.Cells.Select(c => (c.Label, c.Answer, c.Count)));
        Assert.Equal([(0, 1, 2), (2, 0, 1)], section.Confused.Select(c => (c.Label, c.Answer, c.Count)));
        Assert.Equal([("owl", "cat"), ("cat", "dog"), ("cat", "dog")], section.Mistakes.Select(m => (m.Label, m.Answer)));
        Assert.Equal([0.99, 0.8, 0.6], section.Mistakes.Select(m => Math.Round(m.Confidence, 6)));
        Assert.Equal(0.005, section.Mistakes[0].LabelProbability, 1e-6);
        Assert.Equal([1.0 / 3, 1, 0], section.Classes.Select(c => c.Recall));
        Assert.All(section.Mistakes, m => Assert.StartsWith("data:image/jpeg;base64,", m.Picture, StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_say_which_image_an_answer_is_of()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor logits, Tensor labels) = Tensors([(0, 1, 0.9), (0, 0, 0.9)]);
        MemorySource source = MemorySource.Of(8);
        Assert.Equal(source.Name(5), AnswerSection.Of("test", logits, labels, Classes, source, [5, 2]).Mistakes.Single().Name);
    }

    [Fact]
    public void A_label_is_doubtful_only_where_the_answer_is_sure_and_the_label_next_to_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor logits, Tensor labels) = Tensors([(0, 1, 0.97), (0, 1, 0.99), (1, 1, 0.999), (0, 2, 0.85), (2, 0, 0.995)]);
        IReadOnlyList<ShownAnswer> doubtful = AnswerSection.DoubtfulOf(logits, labels, Classes, MemorySource.Of(5));
        Assert.Equal([("owl", 0.995), ("cat", 0.99)], doubtful.Select(d => (d.Label, Math.Round(d.Confidence, 6))));
    }

    [Fact]
    public void No_more_than_two_dozen_mistakes_are_shown() => Assert.Equal(AnswerSection.MaxMistakes,
        Of([.. Enumerable.Range(0, 40).Select(i => (0, 1, 0.5 + (0.01 * i)))]).Mistakes.Count);

    private static AnswerSection Of((int Label, int Answer, double Confidence)[] answers)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor logits, Tensor labels) = Tensors(answers);
        return AnswerSection.Of("test", logits, labels, Classes, MemorySource.Of(answers.Length));
    }

    /// <summary>The rest of the probability is shared by the other two classes.</summary>
    private static (Tensor Logits, Tensor Labels) Tensors((int Label, int Answer, double Confidence)[] answers)
    {
        Tensor logits = zeros([answers.Length, Classes.Length], ScalarType.Float64);
        for (int i = 0; i < answers.Length; i++)
        {
            for (int c = 0; c < Classes.Length; c++)
                logits[i, c] = Math.Log(c == answers[i].Answer ? answers[i].Confidence : (1 - answers[i].Confidence) / 2);
        }

        return (logits, tensor(answers.Select(a => (long)a.Label).ToArray()));
    }
}
