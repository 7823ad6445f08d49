using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// A tensor that a model computes rather than learns, on whatever device and in whatever type it is asked for. It is no buffer: timm has none of
/// that name in its files, and a cast of the model to 16 bits must not round it first.
/// </summary>
internal sealed class ConstantTensor : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Tensor _value;
    private Tensor? _converted;

    /// <summary>Takes over a CPU tensor.</summary>
    public ConstantTensor(Tensor value)
    {
        _value = value.DetachFromDisposeScope();
    }

    /// <summary>As it was made.</summary>
    public Tensor Exact => _value;

    /// <summary>The same numbers; the result belongs to this object and holds until another kind is asked for.</summary>
    public Tensor On(Device device, ScalarType type)
    {
        lock (_lock)
        {
            if (_converted is null || _converted.dtype != type || _converted.device_type != device.type || _converted.device_index != device.index)
            {
                using var guard = no_grad();
                Tensor converted = _value.to(type, device, copy: true).DetachFromDisposeScope();
                _converted?.Dispose();
                _converted = converted;
            }

            return _converted;
        }
    }

    public void Dispose()
    {
        _value.Dispose();
        _converted?.Dispose();
    }
}
