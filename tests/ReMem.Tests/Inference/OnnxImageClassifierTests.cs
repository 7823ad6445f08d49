using ReMem.Evaluation;
using ReMem.Export;
using ReMem.Inference;

namespace ReMem.Tests.Inference;

[Collection(TorchGenerator.Name)]
public sealed class OnnxImageClassifierTests(ExportedStudent student) : IClassFixture<ExportedStudent>
{
    [Theory]
    [InlineData(nameof(OnnxInput.Normalized), false, 1e-5)]
    [InlineData(nameof(OnnxInput.Pixels), true, 1e-5)]
    [InlineData(nameof(OnnxInput.Image), true, 2e-2)]
    public async Task It_answers_as_predict_does(string form, bool softmax, double tolerance)
    {
        string file = student.Export(new OnnxExportOptions
        {
            Input = Enum.Parse<OnnxInput>(form),
            Softmax = softmax,
            Labels = ExportedStudent.Labels,
        });
        using var classifier = OnnxImageClassifier.Load(file);
        Assert.Equal(ExportedStudent.Labels, classifier.Labels);
        Assert.Equal(("resnet20", 32), (classifier.Architecture, classifier.ImageSize));
        foreach (string photo in student.Photos)
        {
            Prediction expected = student.Predict(photo);
            ImageAnswer actual = await classifier.ClassifyAsync(photo, ExportedStudent.Labels.Count, TestContext.Current.CancellationToken);
            Dictionary<string, float> probabilities = actual.Classes.ToDictionary(c => c.Label, c => c.Probability);
            Assert.All(expected.Top, c => Assert.Equal(c.Probability, probabilities[c.Label], tolerance));
            Assert.Equal(actual.Classes.OrderByDescending(c => c.Probability), actual.Classes);
            Assert.Equal(1, actual.Classes.Sum(c => c.Probability), 1e-5);
        }
    }

    [Fact]
    public async Task A_batch_answers_as_each_image_alone_from_many_threads_at_once()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using var classifier = OnnxImageClassifier.Load(student.File, new ClassifierOptions { MaxBatch = 4 });
        ReadOnlyMemory<byte>[] photos = [.. student.Photos.Select(p => (ReadOnlyMemory<byte>)File.ReadAllBytes(p))];
        var alone = new List<ImageAnswer>();
        foreach (ReadOnlyMemory<byte> photo in photos)
            alone.Add(await classifier.ClassifyAsync(photo, 2, stop));
        IReadOnlyList<ImageAnswer>[] all = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => classifier.ClassifyAsync(photos, 2, stop)));
        Assert.All(all, answers =>
        {
            Assert.Equal(alone.Select(a => a.Classes[0].Index), answers.Select(a => a.Classes[0].Index));
            Assert.All(answers.Zip(alone), p => Assert.Equal(p.First.Probability, p.Second.Probability, 1e-5));
            Assert.All(answers, a => Assert.Equal(2, a.Classes.Count));
        });
        await using var stream = new MemoryStream(photos[0].ToArray());
        Assert.Equal(alone[0].Label, (await classifier.ClassifyAsync(stream, 1, stop)).Label);
    }

    [Fact]
    public async Task An_answer_that_is_not_probable_enough_is_unknown()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using var classifier = OnnxImageClassifier.Load(student.File, new ClassifierOptions { MinProbability = 1 });
        ImageAnswer answer = await classifier.ClassifyAsync(student.Photos[0], 1, stop);
        Assert.Equal((ImageAnswer.Unknown, false), (answer.Label, answer.IsSure));
        Assert.InRange(answer.Probability, 0, 1);
    }

    [Fact]
    public async Task An_image_that_cannot_be_read_is_one_sentence()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using var classifier = OnnxImageClassifier.Load(student.File, new ClassifierOptions { MaxBytes = 20_000, MaxPixels = 50_000 });
        async Task Refused(string why, Func<Task> classify) =>
            Assert.Contains(why, (await Assert.ThrowsAsync<ImageException>(classify)).Message, StringComparison.Ordinal);
        byte[] photo = File.ReadAllBytes(student.Photos[0]);
        await Refused("is empty", () => classifier.ClassifyAsync(ReadOnlyMemory<byte>.Empty, 1, stop));
        await Refused("is not a JPEG, PNG", () => classifier.ClassifyAsync("text"u8.ToArray(), 1, stop));
        await Refused("truncated", () => classifier.ClassifyAsync(photo[..(photo.Length / 2)], 1, stop));
        await Refused("more than the allowed 20000 bytes", () => classifier.ClassifyAsync(new byte[20_001], 1, stop));
        await Refused("more than the allowed 20000 bytes", () => classifier.ClassifyAsync(new MemoryStream(new byte[90_000]), 1, stop));
        await Refused("cannot be read", () => classifier.ClassifyAsync(student.At("none.png"), 1, stop));
        await Refused("is not a JPEG, PNG", () => classifier.ClassifyAsync([photo, "text"u8.ToArray()], 1, stop));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => classifier.ClassifyAsync(photo, 0, stop));
    }

    [Theory]
    [InlineData(ExecutionProvider.Cuda)]
    [InlineData(ExecutionProvider.DirectMl)]
    [InlineData(ExecutionProvider.CoreMl)]
    public void A_provider_that_is_not_there_is_one_sentence(ExecutionProvider provider)
    {
        Assert.SkipWhen(OperatingSystem.IsMacOS() && provider == ExecutionProvider.CoreMl, "CoreML is in ONNX Runtime's package here.");
        ModelException refused = Assert.Throws<ModelException>(
            () => OnnxImageClassifier.Load(student.File, new ClassifierOptions { Provider = provider }));
        Assert.Contains($"cannot compute with {provider} here", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => OnnxImageClassifier.Load(student.File, new ClassifierOptions { Provider = (ExecutionProvider)9 }));
    }

    [Fact]
    public void What_is_no_classifier_is_refused()
    {
        string broken = student.At("broken.onnx");
        File.WriteAllText(broken, "no graph");
        void Refused(string why, string path) => Assert.Contains(why,
            Assert.Throws<ModelException>(() => OnnxImageClassifier.Load(path)).Message, StringComparison.Ordinal);
        Refused("There is no file", student.At("none.onnx"));
        Refused("ONNX Runtime cannot load", broken);
        Refused("has no 'labels' in its metadata", student.Export(new OnnxExportOptions()));
        Assert.Throws<ArgumentOutOfRangeException>(() => OnnxImageClassifier.Load(student.File, new ClassifierOptions { MaxBatch = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => OnnxImageClassifier.Load(student.File, new ClassifierOptions { MinProbability = 1.5 }));
    }

    /// <summary>What a small package must not bring.</summary>
    [Fact]
    public void It_needs_neither_libtorch_nor_the_rest_of_the_toolkit() => Assert.DoesNotContain(
        typeof(OnnxImageClassifier).Assembly.GetReferencedAssemblies(),
        a => a.Name is "TorchSharp" or "ReMem" or "Parquet" or "Google.Protobuf");
}
