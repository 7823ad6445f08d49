using Microsoft.Extensions.AI;

namespace ReMem.Inference;

/// <summary>
/// Embeddings of images for libraries that speak Microsoft.Extensions.AI, such as vector stores: what the classifier of an ONNX file of
/// 'remem export --features' sees.
/// </summary>
public sealed class ImageEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    private readonly OnnxImageClassifier _classifier;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <param name="classifier">Not disposed with this.</param>
    /// <exception cref="ModelException">Its file has no features.</exception>
    public ImageEmbeddingGenerator(OnnxImageClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        _classifier = classifier;
        _metadata = new EmbeddingGeneratorMetadata("remem", null, classifier.Architecture, classifier.RequireEmbeddings());
    }

    /// <summary>The embeddings of images, in their order.</summary>
    /// <param name="values">Encoded images: JPEG, PNG, WebP, GIF, BMP or TIFF.</param>
    /// <param name="options">A number of dimensions other than the file's is refused; the rest has no meaning here.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="ArgumentException">The options ask for another number of dimensions.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } wanted && wanted != _classifier.EmbeddingSize)
            throw new ArgumentException(
                $"The model's embeddings have {_classifier.EmbeddingSize} dimensions, not {wanted}.", nameof(options));
        IReadOnlyList<ReadOnlyMemory<float>> vectors =
            await _classifier.EmbedAsync([.. values.Select(v => v.Data)], cancellationToken).ConfigureAwait(false);
        return [.. vectors.Select(v => new Embedding<float>(v) { ModelId = _classifier.Architecture })];
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_classifier) ? _classifier
            : null;
    }

    /// <summary>Nothing: the classifier is its owner's.</summary>
    public void Dispose()
    {
    }
}
