using BitMiracle.LibTiff.Classic;

namespace ReMem.Data.Decoding;

/// <summary>Decodes a TIFF's first page with LibTiff.NET. Sizes are checked before memory is allocated.</summary>
internal static class TiffDecoder
{
    /// <summary>Maximal bytes per pixel: four channels of 32 bits.</summary>
    private const int MaxBytesPerPixel = 16;
    private static readonly object Silenced = Silence();

    /// <summary>Stored pixels and their orientation.</summary>
    /// <param name="Width">Columns as stored.</param>
    /// <param name="Height">Rows as stored.</param>
    /// <param name="Orientation">EXIF's, 1 to 8.</param>
    /// <param name="Rgba">One number per pixel: red in the lowest byte, alpha in the highest; colours are multiplied by alpha.</param>
    /// <param name="Opaque">Whether there is no transparency.</param>
    internal readonly record struct Page(int Width, int Height, int Orientation, int[] Rgba, bool Opaque);

    /// <summary>Decodes.</summary>
    /// <param name="encoded">Holds the file.</param>
    /// <param name="length">Length of the file in it.</param>
    /// <param name="maxPixels">The maximal number of pixels.</param>
    /// <param name="refusal">Why an image with these numbers of columns and rows is refused; null where it is not.</param>
    /// <param name="bad">Makes the error for any other fault, from its description.</param>
    /// <exception cref="InputException">It cannot be decoded.</exception>
    public static Page Decode(byte[] encoded, int length, long maxPixels, Func<int, int, string?> refusal, Func<string, InputException> bad)
    {
        _ = Silenced;
        try
        {
            if (TiffStructure.Refusal(encoded.AsSpan(0, length), refusal) is { } structure)
                throw bad(structure);
            using Tiff? tiff = Tiff.ClientOpen("", "r", new MemoryStream(encoded, 0, length, writable: false), new TiffStream());
            if (tiff is null)
                throw bad("is a corrupt or truncated TIFF: its header cannot be read");
            int width = Field(tiff, TiffTag.IMAGEWIDTH), height = Field(tiff, TiffTag.IMAGELENGTH);
            if (width <= 0 || height <= 0)
                throw bad("is a corrupt TIFF without a size");
            if (refusal(width, height) is { } claim)
                throw bad(claim);
            Int128 perPixel = Int128.Max(1, Field(tiff, TiffTag.SAMPLESPERPIXEL)) * Int128.Max(1, Field(tiff, TiffTag.BITSPERSAMPLE)) / 8;
            Int128 tile = (Int128)Field(tiff, TiffTag.TILEWIDTH) * Field(tiff, TiffTag.TILELENGTH);
            if (perPixel > MaxBytesPerPixel || tile > maxPixels || (tiff.IsTiled() && tile <= 0))
                throw bad("is a TIFF of more channels, or of larger tiles, than are decoded");
            if (!tiff.RGBAImageOK(out string why))
                throw bad($"is a TIFF of a kind that is not decoded: {why.TrimEnd('.')}");

            int orientation = Field(tiff, TiffTag.ORIENTATION) is >= 1 and <= 8 and int given ? given : 1;
            var rgba = new int[width * height];
            // When asked for the stored orientation, the library does not rotate.
            return tiff.ReadRGBAImageOriented(width, height, rgba, (Orientation)orientation, stopOnError: true)
                ? new Page(width, height, orientation, rgba, !HasAlpha(tiff))
                : throw bad("is a truncated or corrupt TIFF");
        }
        catch (Exception e) when (e is not InputException and not OutOfMemoryException)
        {
            // On damage, the library throws whatever exception it runs into.
            throw bad($"is a corrupt TIFF ({e.GetType().Name})");
        }
    }

    private static int Field(Tiff tiff, TiffTag tag) => tiff.GetField(tag) is [var value, ..] ? value.ToInt() : 0;

    /// <summary>Whether an extra channel is transparency; one of unknown meaning, such as near infrared, is not.</summary>
    private static bool HasAlpha(Tiff tiff) =>
        tiff.GetField(TiffTag.EXTRASAMPLES) is [_, { Value: ExtraSample[] and [not ExtraSample.UNSPECIFIED, ..] }, ..];

    private static object Silence()
    {
        var silent = new SilentHandler();
        Tiff.SetErrorHandler(silent);
        return silent;
    }

    /// <summary>Faults are reported by the errors; unknown tags do not matter.</summary>
    private sealed class SilentHandler : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }
    }
}
