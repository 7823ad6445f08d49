using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// A constant tensor of a model, provided on the requested device and in the requested type. It is not a buffer: timm's files have none of
/// that name, and casting the model to 16 bits must not round it first.
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

    /// <summary>The tensor as it was created.</summary>
    public Tensor Exact => _value;

    /// <summary>
    /// The tensor on a device and in a type; the result belongs to this object and is valid until another device or type is requested.
    /// </summary>
    public Tensor On(Device device, ScalarType type)
    {
        lock (_lock)
        {
            if (_converted is null || _converted.dtype != type || _converted.device_type != device.type
                || _converted.device_index != device.index)
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
