using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Training;

/// <summary>
/// Progressive resolution (Howard 2018; Tan 2021): early epochs on smaller views, which cost less and generalise as well.
/// </summary>
internal sealed class Progression : ISettingText
{
    private const string Where = "training.progressive";
    private const int Step = 8;
    private const double DefaultShare = 0.5;

    private static readonly CallReader<(double Start, double Share)?> Reader = new(
        "progressive resolution",
        "from(64,0.5)",
        new("none", "all epochs see full views", [], _ => null),
        new("from", "from views of that side in pixels to full ones over that share of the epochs",
            [CallArgument.Any("size"), CallArgument.Any("share", DefaultShare)], n => (n[0], n[1])));

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
        if (model.SmallestView is not { } least)
        {
            throw new InputException(
                $"'{model.Info.Name}' is made for one image size, {model.ImageSize} px, so it cannot be trained on smaller views first.",
                Where, "Leave it out, or train a convolutional network.");
        }

        if (form.Start < least || form.Start >= size)
            throw new InputException($"'{options.Progressive}' starts at {form.Start} px; '{model.Info.Name}' on views of {size} px can "
                + $"start at {least} to {size - 1} px.", Where, "Start at about half the size.");
        return new Progression(form.Start, size, (int)Math.Ceiling(form.Share * options.Epochs));
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => Reader.Forms;

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Read(text, where);

    /// <summary>
    /// Side in pixels of an epoch's views: rising evenly from the first epoch on, in multiples of 8,
    /// and full after the share that it grows.
    /// </summary>
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
        if (Reader.Read(text, where) is not { } form)
            return null;
        bool fits = form.Start is >= Step and <= 4096 && form.Start % 1 == 0 && form.Share is > 0 and <= 1;
        return fits
            ? ((int)form.Start, form.Share)
            : throw new InputException($"The progressive resolution '{text}' is no size of 8 to 4096 px and a share of the epochs "
                + "above 0 to 1.", where, "For example from(64,0.5).");
    }
}
