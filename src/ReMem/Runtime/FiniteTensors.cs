using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>Looks for NaN and infinity in the tensors of a model or a training.</summary>
internal static class FiniteTensors
{
    /// <summary>The first floating-point tensor with a number that is not finite; null where all are.</summary>
    /// <param name="tensors">By name.</param>
    public static NonFiniteTensor? FirstBroken(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var guard = no_grad();
        foreach ((string name, Tensor value) in tensors)
        {
            if (!IsFinite(value))
                return Describe(name, value);
        }

        return null;
    }

    /// <summary>Whether no number of a tensor is NaN or infinite.</summary>
    public static bool IsFinite(Tensor value)
    {
        if (!value.is_floating_point() || value.numel() == 0)
            return true;
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();

        // A finite sum shows it in one pass and without a tensor of flags; finite numbers may still add up to infinity.
        return double.IsFinite(value.sum().to(ScalarType.Float64).item<double>()) || value.isfinite().all().item<bool>();
    }

    /// <summary>Throws before saving tensors that no command would load again.</summary>
    /// <param name="tensors">By name.</param>
    /// <param name="what">What is not written, such as "the model".</param>
    /// <param name="where">The file or folder.</param>
    /// <exception cref="ReMemException">A number is NaN or infinite; the tensor is named.</exception>
    public static void RequireToSave(IEnumerable<KeyValuePair<string, Tensor>> tensors, string what, string where)
    {
        if (FirstBroken(tensors) is { } broken)
        {
            throw new ReMemException(
                $"The tensor '{broken.Name}' holds {broken.Value}, so {what} is not written.",
                where,
                "Train it again with a lower learning rate.");
        }
    }

    private static NonFiniteTensor Describe(string name, Tensor value)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = value.flatten();
        long at = flat.isfinite().logical_not().to(ScalarType.Byte).argmax().item<long>();
        double number = flat[at].to(ScalarType.Float64).item<double>();
        return new NonFiniteTensor(name, double.IsNaN(number) ? "NaN" : "infinity", at);
    }
}
