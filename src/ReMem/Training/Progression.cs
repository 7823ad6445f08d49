using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>Progressive resolution (Howard 2018; Tan 2021): early epochs on smaller views, which cost less and generalise as well.</summary>
internal sealed class Progression
{
    private const string Where = "training.progressive";
    private const int Step = 8;
    private const double DefaultShare = 0.5;
    private static readonly Dictionary<string, double[]> Forms = new(StringComparer.Ordinal) { ["none"] = [], ["from"] = [double.NaN, DefaultShare] };
    private readonly int _start;
    private readonly int _size;
    private readonly int _growing;

    private Progression(int start, int size, int growing) => (_start, _size, _growing) = (start, size, growing);

    /// <summary>The sizes of a training; null where all epochs are alike.</summary>
    /// <param name="options">Of the training.</param>
    /// <param name="model">What is trained.</param>
    /// <param name="size">Side of its full views.</param>
    /// <exception cref="InputException">The model takes no other size, or the first size does not fit it.</exception>
    public static Progression? Of(TrainingOptions options, ImageModel model, int size)
    {
        if (Read(options.Progressive, Where) is not { } form)
            return null;
        if (model is TransformerModel)
        {
            throw new InputException(
                $"'{model.Info.Name}' is made for one image size, {model.ImageSize} px, so it cannot be trained on smaller views first.", Where, "Leave it out, or train a convolutional network.");
        }

        int least = model is ResNet { Shape.CifarStem: true } ? Step : 32;
        if (form.Start < least || form.Start >= size)
            throw new InputException($"'{options.Progressive}' starts at {form.Start} px; '{model.Info.Name}' on views of {size} px can start at {least} to {size - 1} px.", Where, "Start at about half the size.");
        return new Progression(form.Start, size, (int)Math.Ceiling(form.Share * options.Epochs));
    }

    /// <summary>Refuses what is no form.</summary>
    public static void RequireReadable(string text, string where) => Read(text, where);

    /// <summary>Side in pixels of an epoch's views: rising evenly from the first epoch on, in multiples of 8, and full after the share that it grows.</summary>
    /// <param name="epoch">From 0.</param>
    public int At(int epoch)
    {
        if (epoch == 0 || epoch >= _growing)
            return epoch == 0 ? _start : _size;
        double exact = _start + ((double)(_size - _start) * epoch / _growing);
        return Math.Clamp((int)Math.Round(exact / Step, MidpointRounding.AwayFromZero) * Step, _start, _size);
    }

    private static (int Start, double Share)? Read(string text, string where)
    {
        (string name, IReadOnlyList<double> numbers) = NamedForm.Parse(text, "progressive resolution", Forms, where);
        if (name == "none")
            return null;
        bool fits = numbers[0] is >= Step and <= 4096 && numbers[0] % 1 == 0 && numbers[1] is > 0 and <= 1;
        return fits
            ? ((int)numbers[0], numbers[1])
            : throw new InputException($"The progressive resolution '{text}' is no size of 8 to 4096 px and a share of the epochs above 0 to 1.", where, "For example from(64,0.5).");
    }
}
