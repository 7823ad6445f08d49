using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace ReMem.Data.Decoding;

/// <summary>
/// The EXIF orientation of a PNG, which its decoder does not apply: in an eXIf chunk (PNG 3, section 11.3.4.5), in the text that
/// ImageMagick writes ("Raw profile type exif"), or in XMP. The first of these counts, as in PIL.
/// </summary>
internal static partial class PngOrientation
{
    private const int Upright = 1;
    private const int OrientationTag = 0x0112;
    private const int MaxTextBytes = 1 << 20;

    /// <summary>1 (upright, also where none is given) to 8.</summary>
    /// <param name="png">The whole file.</param>
    public static int Of(ReadOnlySpan<byte> png)
    {
        int? profile = null, xmp = null;
        // A chunk: length, name, data, checksum.
        for (int at = 8; at + 12 <= png.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(png[at..]);
            if (length > png.Length - at - 12)
                break;
            ReadOnlySpan<byte> name = png.Slice(at + 4, 4), data = png.Slice(at + 8, (int)length);
            if (name.SequenceEqual("eXIf"u8) && OfExif(data) is { } direct)
                return direct;
            if (name.SequenceEqual("tEXt"u8) || name.SequenceEqual("zTXt"u8) || name.SequenceEqual("iTXt"u8))
            {
                (string key, string text) = Text(name, data);
                if (key is "Raw profile type exif" or "Raw profile type APP1")
                    profile ??= OfExif(Profile(text));
                else if (key == "XML:com.adobe.xmp" && XmpOrientation().Match(text) is { Success: true } match)
                    xmp ??= match.Groups[1].Value[0] - '0';
            }

            at += 12 + (int)length;
        }

        return profile ?? xmp ?? Upright;
    }

    /// <summary>The orientation in EXIF data, which is a TIFF without an image; null where there is none.</summary>
    internal static int? OfExif(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith("Exif\0\0"u8))
            exif = exif[6..];
        bool little = exif.StartsWith("II*\0"u8);
        if (exif.Length < 10 || (!little && !exif.StartsWith("MM\0*"u8)))
            return null;
        uint directory = UInt32(exif[4..], little);
        if (directory > exif.Length - 2)
            return null;
        int entries = UInt16(exif[(int)directory..], little);
        for (int i = 0; i < entries; i++)
        {
            long at = directory + 2 + (12L * i);
            if (at + 12 > exif.Length)
                return null;
            ReadOnlySpan<byte> entry = exif.Slice((int)at, 12);
            if (UInt16(entry, little) != OrientationTag)
                continue;
            // SHORT, or LONG from non-conforming writers.
            uint value = UInt16(entry[2..], little) == 4 ? UInt32(entry[8..], little) : UInt16(entry[8..], little);
            return value is >= 1 and <= 8 ? (int)value : null;
        }

        return null;
    }

    private static (string Key, string Text) Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)0);
        if (end is < 1 or > 79)
            return ("", "");
        string key = Encoding.Latin1.GetString(data[..end]);
        ReadOnlySpan<byte> rest = data[(end + 1)..];
        if (name.SequenceEqual("tEXt"u8))
            return (key, Encoding.Latin1.GetString(rest[..Math.Min(rest.Length, MaxTextBytes)]));
        if (name.SequenceEqual("zTXt"u8))
            return rest.Length > 1 ? (key, Encoding.Latin1.GetString(Inflated(rest[1..]))) : ("", "");
        // iTXt: whether it is compressed, how, a language, the key translated, and the text.
        if (rest.Length < 4)
            return ("", "");
        bool compressed = rest[0] == 1;
        rest = rest[2..];
        for (int skipped = 0; skipped < 2; skipped++)
            rest = rest[(rest.IndexOf((byte)0) + 1)..];
        return (key, Encoding.UTF8.GetString(compressed ? Inflated(rest) : rest[..Math.Min(rest.Length, MaxTextBytes)]));
    }

    private static byte[] Inflated(ReadOnlySpan<byte> packed)
    {
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            var text = new byte[MaxTextBytes];
            return text[..zlib.ReadAtLeast(text, MaxTextBytes, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // Damaged metadata must not make the picture unusable.
            return [];
        }
    }

    /// <summary>ImageMagick's form: a name, a length, and the bytes as hexadecimal digits in lines.</summary>
    private static byte[] Profile(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length < 3 || !int.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return [];
        string digits = string.Concat(lines[2..]);
        return digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : [];
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    [GeneratedRegex("tiff:Orientation(?:=\"|>)([1-8])")]
    private static partial Regex XmpOrientation();
}
