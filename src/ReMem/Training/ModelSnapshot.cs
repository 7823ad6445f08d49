using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>A copy of everything that a training changes in a module: the trained parameters as one vector [P], and the buffers.</summary>
internal sealed class ModelSnapshot : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly (string Name, Tensor Live, Tensor Copy)[] _buffers;
    private readonly Tensor _values;

    /// <summary>Copies the present state.</summary>
    public ModelSnapshot(nn.Module module, ParameterSet parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        _parameters = parameters;
        _values = parameters.Values().DetachFromDisposeScope();
        _buffers = [.. module.named_buffers().Select(b => (b.name, b.buffer, b.buffer.clone().DetachFromDisposeScope()))];
    }

    /// <summary>The copies by name, for checkpoints; the caller does not dispose them.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        [KeyValuePair.Create("values", _values), .. _buffers.Select(b => KeyValuePair.Create($"buffers.{b.Name}", b.Copy))];

    /// <summary>Copies the present state again.</summary>
    public void Take()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        _values.copy_(_parameters.LiveValues);
        foreach (var buffer in _buffers)
            buffer.Copy.copy_(buffer.Live);
    }

    /// <summary>Writes the copy back.</summary>
    public void Restore()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        _parameters.SetValues(_values);
        foreach (var buffer in _buffers)
            buffer.Live.copy_(buffer.Copy);
    }

    /// <summary>
    /// Moves the copy towards the present state: copy = decay * copy + (1 - decay) * present. Counters are not averaged but copied.
    /// </summary>
    public void Average(double decay)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        // Not decay * a + (1 - decay) * b: constant values must not drift by rounding.
        void Move(Tensor copy, Tensor present) => copy.lerp_(present, tensor(1 - decay, copy.dtype));
        Move(_values, _parameters.LiveValues);
        foreach (var buffer in _buffers)
        {
            if (buffer.Copy.is_floating_point())
                Move(buffer.Copy, buffer.Live);
            else
                buffer.Copy.copy_(buffer.Live);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _values.Dispose();
        foreach (var buffer in _buffers)
            buffer.Copy.Dispose();
    }
}
