using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ReMem.Inference;

/// <summary>Registers classifiers with a service.</summary>
public static class ImageClassifierServices
{
    /// <summary>
    /// Adds an <see cref="OnnxImageClassifier"/>, loaded when it is first asked for and disposed with the service. Its health check is
    /// <see cref="ImageClassifierHealthCheck"/>:
    /// <c>services.AddHealthChecks().AddCheck&lt;ImageClassifierHealthCheck&gt;("classifier")</c>.
    /// </summary>
    /// <param name="services">The service's.</param>
    /// <param name="path">The ONNX file.</param>
    /// <param name="options">How it runs; null is the defaults.</param>
    public static IServiceCollection AddImageClassifier(this IServiceCollection services, string path, ClassifierOptions? options = null) =>
        services.AddSingleton(_ => OnnxImageClassifier.Load(path, options));

    /// <summary>
    /// Adds an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of images by the classifier of <see cref="AddImageClassifier"/>, whose
    /// file must have features.
    /// </summary>
    /// <param name="services">The service's.</param>
    public static IServiceCollection AddImageEmbeddings(this IServiceCollection services) =>
        services.AddSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            made => new ImageEmbeddingGenerator(made.GetRequiredService<OnnxImageClassifier>()));
}
