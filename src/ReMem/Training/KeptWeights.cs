using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// The weights that a training keeps besides those it updates: their moving average (as timm's ModelEmaV3 with warm-up),
/// and the best epoch's.
/// What is validated and kept is the average where there is one.
/// </summary>
internal sealed class KeptWeights : IDisposable
{
    private const double WarmupPower = -2.0 / 3;
    private readonly TrainingOptions _options;
    private readonly nn.Module _model;
    private readonly ParameterSet _parameters;
    private readonly ModelSnapshot? _average;
    private readonly ModelSnapshot? _best;

    /// <summary>Copies the starting weights where the options want it.</summary>
    public KeptWeights(TrainingOptions options, nn.Module model, ParameterSet parameters)
    {
        _options = options;
        _model = model;
        _parameters = parameters;
        _average = options.EmaDecay > 0 ? new ModelSnapshot(model, parameters) : null;
        _best = options.Keep == KeepPolicy.Best ? new ModelSnapshot(model, parameters) : null;
    }

    /// <summary>All of it by name, for checkpoints.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => Named("ema", _average).Concat(Named("best", _best));

    /// <summary>The share of the average that stays at a step: none at the first, then rising to the decay that was asked for.</summary>
    /// <param name="decay">The highest.</param>
    /// <param name="step">Steps taken, this one included.</param>
    public static double DecayAt(double decay, long step) => step <= 1 ? 0 : Math.Min(decay, 1 - Math.Pow(step, WarmupPower));

    /// <summary>Whether a validated epoch is better than another.</summary>
    public static bool IsBetter(EpochRecord a, EpochRecord b, MonitoredScore monitor)
    {
        // A loss that is not finite is read back from a checkpoint as none.
        static double Loss(EpochRecord e) => e.ValidationLoss is { } loss && double.IsFinite(loss) ? loss : double.PositiveInfinity;
        if (monitor == MonitoredScore.Loss || a.ValidationTop1 == b.ValidationTop1)
            return Loss(a) < Loss(b);
        return a.ValidationTop1 > b.ValidationTop1;
    }

    /// <summary>Follows the optimiser's step.</summary>
    /// <param name="steps">Steps taken.</param>
    public void Follow(long steps) => _average?.Average(DecayAt(_options.EmaDecay, steps));

    /// <summary>Looks at the model as it would be kept, and keeps it where it is the best so far.</summary>
    /// <param name="validate">Runs with those weights in the model; the trained ones come back after it.</param>
    /// <param name="before">The epochs before this one.</param>
    public (double Top1, double Loss) Validate(Func<(double Top1, double Loss)> validate, IReadOnlyList<EpochRecord> before)
    {
        using ModelSnapshot? trained = _average is null ? null : new ModelSnapshot(_model, _parameters);
        try
        {
            _average?.Restore();
            (double Top1, double Loss) found = validate();
            if (_best is not null && (Best(before) is not { } best || IsBetter(Validated(found), best, _options.Monitor)))
                _best.Take();
            return found;
        }
        finally
        {
            trained?.Restore();
        }
    }

    /// <summary>Why the training is over after these epochs; null while it is not.</summary>
    public TrainingEnd? End(IReadOnlyList<EpochRecord> epochs)
    {
        if (_options.Patience > 0 && Best(epochs) is { } best && epochs[^1].ValidationTop1 is not null
            && epochs[^1].Epoch - best.Epoch >= _options.Patience)
            return TrainingEnd.NoImprovement;
        return epochs.Count >= _options.Epochs ? TrainingEnd.AllEpochs : null;
    }

    /// <summary>Puts the weights that are kept into the model.</summary>
    public TrainingResult Finish(TrainingResult done, TrainingEnd end)
    {
        (_best ?? _average)?.Restore();
        return done with { End = end, KeptEpoch = _best is null ? done.Epochs.Count : Best(done.Epochs)!.Epoch };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _average?.Dispose();
        _best?.Dispose();
    }

    private EpochRecord? Best(IReadOnlyList<EpochRecord> epochs) => epochs.Where(e => e.ValidationTop1 is not null)
        .Aggregate((EpochRecord?)null, (best, e) => best is null || IsBetter(e, best, _options.Monitor) ? e : best);

    private static EpochRecord Validated((double Top1, double Loss) found) => new(0, 0, 0, 0, found.Top1, found.Loss, 0);

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(string prefix, ModelSnapshot? snapshot) =>
        (snapshot?.State ?? []).Select(entry => KeyValuePair.Create($"{prefix}.{entry.Key}", entry.Value));
}
