using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>Puts a model's forward pass in the precision of the options. The loss is taken outside, in float32.</summary>
internal static class MixedPrecision
{
    /// <summary>The name of float32.</summary>
    public const string Full = "fp32";

    /// <summary>The name of bfloat16 beside float32 weights.</summary>
    public const string Half = "bf16";

    /// <summary>Refuses a precision that this libtorch does not offer.</summary>
    /// <param name="precision">Its name.</param>
    /// <param name="where">The setting.</param>
    /// <exception cref="InputException">It does not.</exception>
    public static void Require(string precision, string where)
    {
        if (precision == Half)
            Autocast.Require(where);
    }

    /// <inheritdoc cref="Enter(string, ImageModel)"/>
    public static IDisposable? Enter(TrainingOptions options, ImageModel model) => Enter(options.Precision, model);

    /// <summary>Until the result is disposed, this thread's forward passes run in that precision; null in float32.</summary>
    public static IDisposable? Enter(string precision, ImageModel model) =>
        precision == Half ? Autocast.Enter(model.parameters().First().device_type) : null;
}
