using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ReMem.Data.Views;
using ReMem.Export;
using ReMem.Inference;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using ImageDecoder = ReMem.Data.Decoding.ImageDecoder;
using RgbImage = ReMem.Data.Pixels.RgbImage;

namespace ReMem.Tests.Inference;

[Collection(TorchGenerator.Name)]
public sealed class ImageEmbeddingGeneratorTests(ExportedStudent student) : IClassFixture<ExportedStudent>
{
    private static readonly OnnxExportOptions WithFeatures = new() { Labels = ExportedStudent.Labels, Features = true };

    private DataContent[] Photos => [.. student.Photos.Select(p => new DataContent(File.ReadAllBytes(p), "image/png"))];

    [Theory]
    [InlineData(nameof(OnnxInput.Normalized), 1e-4)]
    [InlineData(nameof(OnnxInput.Pixels), 1e-4)]
    [InlineData(nameof(OnnxInput.Image), 3e-2)]
    public async Task An_embedding_is_what_the_models_own_classifier_sees(string form, double tolerance)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        string file = student.Export(WithFeatures with { Input = Enum.Parse<OnnxInput>(form) });
        using var classifier = OnnxImageClassifier.Load(file, new ClassifierOptions { MaxBatch = 4 });
        using var generator = new ImageEmbeddingGenerator(classifier);
        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(Photos, cancellationToken: stop);
        Assert.Equal(student.Photos.Count, embeddings.Count);
        foreach ((string photo, Embedding<float> embedding) in student.Photos.Zip(embeddings))
        {
            float[] expected = Features(photo);
            Assert.Equal((student.Model.NumFeatures, "resnet20"), (embedding.Dimensions, embedding.ModelId));
            double largest = expected.Max(Math.Abs);
            Assert.All(expected.Zip(embedding.Vector.ToArray()), p => Assert.Equal(p.First, p.Second, tolerance * largest));
        }

        // Answers are the same with the second output as without.
        ImageAnswer answer = await classifier.ClassifyAsync(student.Photos[0], 1, stop);
        Assert.Equal(student.Predict(student.Photos[0]).Top[0].Label, answer.Label);
    }

    [Fact]
    public async Task A_service_gets_it_with_what_it_says_of_itself()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using ServiceProvider services = new ServiceCollection()
            .AddImageClassifier(student.Export(WithFeatures)).AddImageEmbeddings().BuildServiceProvider();
        var generator = services.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        EmbeddingGeneratorMetadata said = generator.GetRequiredService<EmbeddingGeneratorMetadata>();
        Assert.Equal(("remem", "resnet20", 64), (said.ProviderName, said.DefaultModelId, said.DefaultModelDimensions));
        Assert.Same(services.GetRequiredService<OnnxImageClassifier>(), generator.GetService<OnnxImageClassifier>());
        Assert.Same(generator, generator.GetService<ImageEmbeddingGenerator>());
        Assert.Null(generator.GetService(typeof(ImageEmbeddingGenerator), "a key"));
        Assert.Null(generator.GetService(typeof(string)));
        Assert.Empty(await generator.GenerateAsync([], cancellationToken: stop));
        Assert.Single(await generator.GenerateAsync([Photos[0]], new EmbeddingGenerationOptions { Dimensions = 64 }, stop));
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => generator.GenerateAsync([Photos[0]], new EmbeddingGenerationOptions { Dimensions = 32 }, stop));
        Assert.Contains("have 64 dimensions, not 32", refused.Message, StringComparison.Ordinal);
        generator.Dispose();
        Assert.Single(await generator.GenerateAsync([Photos[0]], cancellationToken: stop));
    }

    [Fact]
    public async Task Files_without_features_and_what_is_no_image_are_refused()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using var plain = OnnxImageClassifier.Load(student.File);
        Assert.Null(plain.EmbeddingSize);
        ModelException refused = Assert.Throws<ModelException>(() => new ImageEmbeddingGenerator(plain));
        Assert.Contains("--features", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ModelException>(() => plain.EmbedAsync([Photos[0].Data], stop));
        using var classifier = OnnxImageClassifier.Load(student.Export(WithFeatures));
        using var generator = new ImageEmbeddingGenerator(classifier);
        await Assert.ThrowsAsync<ImageException>(
            () => generator.GenerateAsync([Photos[0], new DataContent("text"u8.ToArray(), "image/png")], cancellationToken: stop));
    }

    private float[] Features(string photo)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        RgbImage image = ImageDecoder.Decode(File.ReadAllBytes(photo), photo);
        RgbImage view = ViewTransform.Apply(image, student.Model.EvaluationView(), new CounterRandom(0, "view"));
        Tensor pixels = tensor(view.Pixels).view(1, view.Height, view.Width, 3).permute(0, 3, 1, 2);
        Tensor tokens = student.Model.ForwardFeatures(student.Model.Info.Normalization.Apply(pixels));
        return student.Model.ForwardHead(tokens, preLogits: true).data<float>().ToArray();
    }
}
