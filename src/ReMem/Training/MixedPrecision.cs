using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>Puts a model's forward pass in the precision of the options. The loss is taken outside, in float32.</summary>
internal static class MixedPrecision
{
    /// <summary>Refuses a precision that this libtorch does not offer.</summary>
    /// <param name="precision">Which.</param>
    /// <param name="where">The setting.</param>
    /// <exception cref="InputException">It does not.</exception>
    public static void Require(Precision precision, string where)
    {
        if (precision == Precision.Bf16)
            Autocast.Require(where);
    }

    /// <inheritdoc cref="Enter(Precision, ImageModel)"/>
    public static IDisposable? Enter(TrainingOptions options, ImageModel model) => Enter(options.Precision, model);

    /// <summary>Until the result is disposed, this thread's forward passes run in that precision; null in float32.</summary>
    public static IDisposable? Enter(Precision precision, ImageModel model) =>
        precision == Precision.Bf16 ? Autocast.Enter(model.parameters().First().device_type) : null;
}
