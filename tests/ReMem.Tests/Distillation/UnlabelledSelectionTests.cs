using ReMem.Distillation;
using ReMem.Evaluation;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

[Collection(TorchGenerator.Name)]
public class UnlabelledSelectionTests
{
    /// <summary>Probabilities of the first class 0.9, 0.5, 0.2; features at 10, 80 and 45 degrees.</summary>
    private static ModelOutputs Images => Of([0.9, 0.5, 0.2], [10, 80, 45], [-1, -1, -1]);

    /// <summary>Classes at 0 and 100 degrees.</summary>
    private static ModelOutputs Labelled => Of([1, 1], [0, 100], [0, 1]);

    [Theory]
    [InlineData("all", new[] { 0, 1, 2 })]
    [InlineData("confidence(0)", new[] { 0, 1, 2 })]
    [InlineData("confidence(0.7)", new[] { 0, 2 })]
    [InlineData("confidence(0.85)", new[] { 0 })]
    [InlineData("nearest(1)", new[] { 0, 1, 2 })]
    [InlineData("nearest(0.67)", new[] { 0, 1 })]
    [InlineData("nearest(0.3)", new[] { 0 })]
    public void Images_are_kept_by_what_the_teacher_says(string text, int[] expected)
    {
        using ModelOutputs images = Images;
        Assert.Equal(expected, UnlabelledSelection.Of(text, images, () => Labelled));
    }

    [Theory]
    [InlineData("confidence(0.95)", "leaves none of the 3")]
    [InlineData("nearest(0.1)", "leaves none of the 3")]
    [InlineData("nearest(1.1)", "share is '1.1'; it must be between")]
    [InlineData("confident(0.5)", "did you mean 'confidence'")]
    public void What_cannot_be_is_refused_in_a_sentence(string text, string message)
    {
        using ModelOutputs images = Images;
        InputException error = Assert.Throws<InputException>(() => UnlabelledSelection.Of(text, images, () => Labelled));
        Assert.Contains(message, error.Message + error.Remedy, StringComparison.Ordinal);
        Assert.Equal("data.unlabelled_keep", error.Where);
    }

    private static ModelOutputs Of(double[] first, double[] degrees, long[] labels)
    {
        Tensor Rows(IEnumerable<float[]> rows) => stack([.. rows.Select(r => tensor(r))]);
        return new ModelOutputs(
            Rows(first.Select(p => new[] { (float)Math.Log(p), (float)Math.Log(Math.Max(1e-9, 1 - p)) })),
            Rows(degrees.Select(d => new[] { 3 * (float)Math.Cos(d * Math.PI / 180), 3 * (float)Math.Sin(d * Math.PI / 180) })),
            tensor(labels));
    }
}
