using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// Parameters concatenated in one vector, and their gradients in another. Every parameter and its <c>.grad</c> are views of these, so that
/// an optimiser or a norm runs once over one piece of memory, without gathering or scattering.
/// </summary>
/// <remarks>Autograd adds to an existing gradient in place, which keeps the view. It would replace a null one.</remarks>
internal sealed class FlatParameters : IDisposable
{
    private static readonly ConditionalWeakTable<Parameter, FlatParameters> Owners = new();
    private readonly Parameter[] _parameters;

    private FlatParameters(Parameter[] parameters)
    {
        _parameters = parameters;
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        ScalarType type = parameters.Length > 0 ? parameters[0].dtype : ScalarType.Float32;
        if (parameters.Any(p => p.dtype != type))
            throw new InvalidOperationException("All trained parameters must have one type.");
        Device device = parameters.Length > 0 ? parameters[0].device : CPU;
        Values = empty(parameters.Sum(p => p.numel()), type, device).DetachFromDisposeScope();
        Gradients = zeros_like(Values).DetachFromDisposeScope();
        foreach ((Parameter parameter, Tensor value, Tensor gradient) in Views())
        {
            value.copy_(parameter);
            parameter.set_(value);
            if (parameter.grad is { } own)
                gradient.copy_(own);
            parameter.grad = gradient;
            if (Owners.TryGetValue(parameter, out FlatParameters? other))
                other.IsCurrent = false;
            Owners.AddOrUpdate(parameter, this);
        }
    }

    /// <summary>The parameters' values [P] themselves: writing here writes to them.</summary>
    public Tensor Values { get; }

    /// <summary>Their gradients [P] themselves.</summary>
    public Tensor Gradients { get; }

    /// <summary>False when the parameters are stored elsewhere.</summary>
    public bool IsCurrent { get; private set; } = true;

    /// <summary>The vectors of these parameters: the existing ones, or new ones to which they are moved.</summary>
    public static FlatParameters Of(Parameter[] parameters)
    {
        if (parameters.Length > 0
            && Owners.TryGetValue(parameters[0], out FlatParameters? flat) && flat.IsCurrent && flat._parameters.SequenceEqual(parameters,
                ReferenceEqualityComparer.Instance))
            return flat;
        return new FlatParameters(parameters);
    }

    /// <summary>Copies gradients that were set from outside: null ones as zero, others by value.</summary>
    public void CollectGradients()
    {
        // Code that sets them to null, such as zero_grad, sets all of them.
        if (_parameters.Length == 0 || IsView(_parameters[0]))
            return;
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        foreach ((Parameter parameter, _, Tensor gradient) in Views())
        {
            if (parameter.grad is { } own)
                gradient.copy_(own);
            else
                gradient.zero_();
            parameter.grad = gradient;
        }
    }

    /// <summary>Frees the gradients' memory. The parameters are not moved.</summary>
    public void Dispose()
    {
        IsCurrent = false;
        foreach (Parameter parameter in _parameters)
        {
            Owners.Remove(parameter);
            if (!parameter.IsInvalid)
                parameter.grad = null;
        }

        Values.Dispose();
        Gradients.Dispose();
    }

    private bool IsView(Parameter first)
    {
        using Tensor? gradient = first.grad;
        if (gradient is null)
            return false;
        if (gradient.device_type != DeviceType.CPU)
            return true;
        return gradient.numel() == 0 || Unsafe.AreSame(ref gradient.bytes[0], ref Gradients.bytes[0]);
    }

    private IEnumerable<(Parameter Parameter, Tensor Value, Tensor Gradient)> Views()
    {
        long offset = 0;
        foreach (Parameter parameter in _parameters)
        {
            long length = parameter.numel();
            yield return (parameter, Values.narrow(0, offset, length).view(parameter.shape),
                Gradients.narrow(0, offset, length).view(parameter.shape));
            offset += length;
        }
    }
}
