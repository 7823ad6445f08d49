using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>The trainable parameters of a module, in the module's order, seen as one flat vector [P].</summary>
public sealed class ParameterSet
{
    private static readonly string[] Spared = ["_token", "pos_embed", "relative_position_bias_table"];
    private readonly (string Name, Parameter Value, long Offset)[] _parameters;

    /// <summary>Takes every parameter that requires a gradient.</summary>
    /// <param name="module">Its parameters come first.</param>
    /// <param name="auxiliary">Trained beside it; its names start with "auxiliary.".</param>
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

    /// <summary>P: how many scalars are trained.</summary>
    public long Count { get; }

    /// <summary>Names, in order.</summary>
    public IEnumerable<string> Names => _parameters.Select(p => p.Name);

    /// <summary>Sets every gradient to zero, without giving its memory back.</summary>
    public void ZeroGradients()
    {
        foreach (var p in _parameters)
            p.Value.grad?.zero_();
    }

    /// <summary>A copy of all gradients [P]; zero where a parameter has none.</summary>
    public Tensor Gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        return cat([.. _parameters.Select(p => p.Value.grad is { } grad ? grad.flatten() : zeros_like(p.Value).flatten())])
            .MoveToOuterDisposeScope();
    }

    /// <summary>Overwrites all gradients from a vector [P].</summary>
    public void SetGradients(Tensor flat) => Each(flat, static (p, slice) => p.grad?.copy_(slice));

    /// <summary>A copy of all values [P].</summary>
    public Tensor Values()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        return cat([.. _parameters.Select(p => p.Value.detach().flatten())]).MoveToOuterDisposeScope();
    }

    /// <summary>Overwrites all values from a vector [P].</summary>
    public void SetValues(Tensor flat) => Each(flat, static (p, slice) => p.copy_(slice));

    /// <summary>Adds a vector [P] to all values.</summary>
    public void AddToValues(Tensor flat) => Each(flat, static (p, slice) => p.PlusInPlace(slice));

    /// <summary>
    /// 1 where weight decay applies and 0 elsewhere [P]: timm's rule, which spares biases, norms, learned positions, and tokens that are no patch.
    /// </summary>
    public Tensor DecayMask() => PerParameter((name, value) => Decays(name, value) ? 1 : 0);

    /// <summary>One number a parameter, from its name and value, spread over all of its scalars [P].</summary>
    internal Tensor PerParameter(Func<string, Tensor, double> number)
    {
        using DisposeScope scope = NewDisposeScope();
        return cat([.. _parameters.Select(p => full(p.Value.numel(), number(p.Name, p.Value), p.Value.dtype, p.Value.device))])
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

    private static bool Decays(string name, Tensor value) =>
        value.dim() > 1 && !Spared.Any(end => name.EndsWith(end, StringComparison.Ordinal));

    private void Each(Tensor flat, Action<Tensor, Tensor> apply)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var p in _parameters)
            apply(p.Value, flat.narrow(0, p.Offset, p.Value.numel()).view(p.Value.shape));
    }
}
