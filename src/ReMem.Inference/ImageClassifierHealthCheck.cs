using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ReMem.Inference;

/// <summary>Whether a classifier answers: it classifies a grey image of its own.</summary>
/// <param name="classifier">Which.</param>
public sealed class ImageClassifierHealthCheck(OnnxImageClassifier classifier) : IHealthCheck
{
    /// <summary>A grey PNG of one pixel.</summary>
    private static readonly byte[] Grey = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await classifier.ClassifyAsync(Grey, 1, cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"{classifier.Labels.Count} classes");
        }
        catch (Exception e) when (e is ModelException or ImageException)
        {
            return HealthCheckResult.Unhealthy("the model does not answer", e);
        }
    }
}
