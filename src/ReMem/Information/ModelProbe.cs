using System.Diagnostics;
using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>A model's features of two splits, computed once, for measurements and pictures.</summary>
internal sealed class ModelProbe : IDisposable
{
    private readonly ModelFeatures _train;
    private readonly ModelFeatures _test;
    private readonly double _seconds;

    private ModelProbe(string name, ModelFeatures train, ModelFeatures test, double seconds)
    {
        (Name, _train, _test, _seconds) = (name, train, test, seconds);
    }

    /// <summary>The model's name.</summary>
    public string Name { get; }

    /// <summary>Runs the model over both splits.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="model">The model.</param>
    /// <param name="train">The images to train decoders on, preprocessed for the model.</param>
    /// <param name="test">The images to evaluate decoders on.</param>
    /// <param name="progress">Receives progress.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="InputException">There is no image, or one cannot be read.</exception>
    public static ModelProbe Read(
        string name, ImageModel model, BatchLoader train, BatchLoader test, IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        long images = train.Count + test.Count;
        var steps = new ProbeProgress(progress, $"{name} / features", "images", images);
        ModelFeatures first = ModelFeatures.Read(model, train, images, steps, cancellationToken);
        try
        {
            return new ModelProbe(name, first, ModelFeatures.Read(model, test, images, steps, cancellationToken),
                clock.Elapsed.TotalSeconds);
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>Measures every feature.</summary>
    /// <param name="images">The same two splits as targets of the decoders, and the budget.</param>
    /// <param name="checks">Names of <see cref="InformationChecks"/>.</param>
    /// <param name="progress">Receives progress.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">No check has that name, or features are not finite.</exception>
    public ModelInformation Measure(
        MeterImages images, IReadOnlyList<string>? checks = null, IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default)
    {
        InformationChecks.RequireKnown(checks ?? []);
        var clock = Stopwatch.StartNew();
        (string Name, Tensor Train, Tensor Test)[] features = [.. Features()];
        var steps = new ProbeProgress(progress, $"{Name} / meter", "features", features.Length);
        var done = new List<FeatureInformation>();
        foreach ((string name, Tensor train, Tensor test) in features)
        {
            // Where the classifier reads the class token, the pooled feature is that token.
            FeatureInformation? same = name == "pooled" && IsClassToken() ? done.Find(f => f.Feature == "class_token") : null;
            done.Add(same is not null
                ? same with { Feature = name }
                : new FeatureInformation(
                    name,
                    train.shape[1..],
                    InformationMeter.Measure(train, test, images, cancellationToken),
                    [.. (checks ?? []).Select(check => InformationChecks.Run(check, train, test, images, cancellationToken))]));
            steps.Advance();
        }

        return new ModelInformation(Name, done, _seconds + clock.Elapsed.TotalSeconds);
    }

    /// <summary>Drawings of test images by decoders, from the pooled feature and from the logits: uint8 [n, 3, S, S] each.</summary>
    /// <param name="rows">Test images by index.</param>
    /// <param name="images">The two splits as targets of the decoders, and the budget.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public IReadOnlyList<(string Feature, Tensor Drawings)> Draw(IReadOnlyList<long> rows, MeterImages images,
        CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor index = tensor(rows.ToArray());
        return
        [
            .. new[] { ("pooled", _train.Pooled, _test.Pooled), ("logits", _train.Logits, _test.Logits) }
                .Select(f => (f.Item1, InformationMeter.Draw(f.Item2, f.Item3[index], images, cancellationToken).DetachFromDisposeScope())),
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _train.Dispose();
        _test.Dispose();
    }

    private bool IsClassToken() => _train.ClassToken is { } token && token.allclose(_train.Pooled, rtol: 0, atol: 0);

    private IEnumerable<(string, Tensor, Tensor)> Features()
    {
        if (_train.ClassToken is { } train && _test.ClassToken is { } test)
            yield return ("class_token", train, test);
        yield return ("pooled", _train.Pooled, _test.Pooled);
        yield return ("patch_tokens", _train.Patches, _test.Patches);
        yield return ("logits", _train.Logits, _test.Logits);
    }
}
