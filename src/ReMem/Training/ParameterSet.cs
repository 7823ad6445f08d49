using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>The trainable parameters of a module, in the module's order, as one flat vector [P] of which they are views.</summary>
internal sealed class ParameterSet : IDisposable
{
    private static readonly string[] Spared = ["_token", "pos_embed", "relative_position_bias_table"];
    private readonly (string Name, Parameter Value, long Offset)[] _parameters;
    private FlatParameters? _flat;

    /// <summary>Takes every parameter that requires a gradient.</summary>
    /// <param name="module">Its parameters come first.</param>
    /// <param name="auxiliary">Trained with it; its names start with "auxiliary.".</param>
    public ParameterSet(nn.Module module, nn.Module? auxiliary = null)
    {
        var parameters = new List<(string, Parameter, long)>();
        var all = module.named_parameters().Concat((auxiliary?.named_parameters() ?? []).Select(p => ($"auxiliary.{p.name}", p.parameter)));
        foreach ((string name, Parameter value) in all)
        {
            if (!value.requires_grad)
                continue;
            parameters.Add((name, value, Count));
            Count += value.numel();
        }

        _parameters = [.. parameters];
    }

    /// <summary>P, the number of trained scalars.</summary>
    public long Count { get; }

    /// <summary>Names, in order.</summary>
    public IEnumerable<string> Names => _parameters.Select(p => p.Name);

    /// <summary>The values [P] themselves, of which the parameters are views. The caller does not dispose it.</summary>
    internal Tensor LiveValues => Flat.Values;

    /// <summary>The gradients [P] themselves; zero where a parameter has none. The caller does not dispose it.</summary>
    internal Tensor LiveGradients
    {
        get
        {
            FlatParameters flat = Flat;
            flat.CollectGradients();
            return flat.Gradients;
        }
    }

    /// <summary>The range of each parameter in the vector [P], and whether weight decay applies to it.</summary>
    internal IReadOnlyList<(long Start, long Length, bool Decays)> Ranges =>
        [.. _parameters.Select(p => (p.Offset, p.Value.numel(), Decays(p.Name, p.Value)))];

    private FlatParameters Flat => _flat is { IsCurrent: true } ? _flat : _flat = FlatParameters.Of([.. _parameters.Select(p => p.Value)]);

    /// <summary>Sets every gradient to zero, without freeing its memory.</summary>
    public void ZeroGradients()
    {
        using var guard = no_grad();
        LiveGradients.zero_();
    }

    /// <summary>A copy of all gradients [P]; zero where a parameter has none.</summary>
    public Tensor Gradients()
    {
        using var guard = no_grad();
        return LiveGradients.clone();
    }

    /// <summary>Overwrites all gradients from a vector [P].</summary>
    public void SetGradients(Tensor flat)
    {
        using var guard = no_grad();
        LiveGradients.copy_(flat);
    }

    /// <summary>A copy of all values [P].</summary>
    public Tensor Values()
    {
        using var guard = no_grad();
        return LiveValues.clone();
    }

    /// <summary>A zero vector [P] that outlives every scope.</summary>
    public Tensor Zeros()
    {
        using var guard = no_grad();
        return zeros_like(LiveValues).DetachFromDisposeScope();
    }

    /// <summary>Overwrites all values from a vector [P].</summary>
    public void SetValues(Tensor flat)
    {
        using var guard = no_grad();
        LiveValues.copy_(flat);
    }

    /// <summary>Adds a vector [P] to all values.</summary>
    public void AddToValues(Tensor flat)
    {
        using var guard = no_grad();
        LiveValues.PlusInPlace(flat);
    }

    /// <summary>Frees the gradients' memory; the values stay with the module.</summary>
    public void Dispose() => _flat?.Dispose();

    /// <summary>
    /// 1 where weight decay applies and 0 elsewhere [P]: timm's rule, which excludes biases, norms, learned positions, and tokens other
    /// than patches.
    /// </summary>
    public Tensor DecayMask() => PerParameter((name, value) => Decays(name, value) ? 1 : 0);

    /// <summary>One number per parameter, from its name and value, repeated for all its scalars [P].</summary>
    internal Tensor PerParameter(Func<string, Tensor, double> number)
    {
        using DisposeScope scope = NewDisposeScope();
        return cat(
            [.. _parameters.Select(p => TensorMath.Repeated(number(p.Name, p.Value), p.Value.numel(), p.Value.dtype).to(p.Value.device))])
            .MoveToOuterDisposeScope();
    }

    /// <summary>The first parameter with a value that is not finite, or null.</summary>
    public string? FirstNonFinite()
    {
        using var guard = no_grad();
        foreach (var p in _parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            if (!p.Value.isfinite().all().item<bool>())
                return p.Name;
        }

        return null;
    }

    /// <summary>The name of the parameter at a position of the vector [P].</summary>
    internal string NameAt(long place) => _parameters.Last(p => p.Offset <= place).Name;

    private static bool Decays(string name, Tensor value) =>
        value.dim() > 1 && !Spared.Any(end => name.EndsWith(end, StringComparison.Ordinal));
}
