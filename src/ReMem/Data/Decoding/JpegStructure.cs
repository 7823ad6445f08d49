namespace ReMem.Data.Decoding;

/// <summary>Reads a JPEG's markers.</summary>
internal static class JpegStructure
{
    private const byte Prefix = 0xFF;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    /// <summary>
    /// Whether a JPEG of several scans (progressive, above all) ends before its end marker. The decoder treats such a file as complete and
    /// returns a blurred image; in a file of a single scan it detects missing rows itself.
    /// </summary>
    public static bool LacksScans(ReadOnlySpan<byte> jpeg)
    {
        if (jpeg.Length < 2 || jpeg[0] != Prefix || jpeg[1] != StartOfImage)
            return false;

        bool severalScans = false;
        int components = 0;
        int at = 2;
        while (at + 1 < jpeg.Length)
        {
            if (jpeg[at] != Prefix)
                return false; // No marker where one is expected: the decoder decides whether that matters.
            byte marker = jpeg[at + 1];
            if (marker == EndOfImage)
                return false;
            if (marker == Prefix)
            {
                at++; // Fill byte.
                continue;
            }

            if (at + 4 > jpeg.Length)
                break;
            int length = (jpeg[at + 2] << 8) | jpeg[at + 3];
            if (IsFrame(marker) && at + 9 < jpeg.Length)
            {
                components = jpeg[at + 9];
                severalScans |= marker is 0xC2 or 0xC6 or 0xCA or 0xCE;
            }

            if (marker == StartOfScan && at + 4 < jpeg.Length)
                severalScans |= jpeg[at + 4] < components;
            at += 2 + length;
            if (marker == StartOfScan)
                at = NextMarker(jpeg, at);
        }

        return severalScans;
    }

    /// <summary>Whether the frame is a progressive one.</summary>
    public static bool IsProgressive(ReadOnlySpan<byte> jpeg)
    {
        for (int at = 2; at + 4 <= jpeg.Length && jpeg[at] == Prefix;)
        {
            byte marker = jpeg[at + 1];
            if (IsFrame(marker))
                return marker is 0xC2 or 0xC6 or 0xCA or 0xCE;
            if (marker == StartOfScan)
                return false;
            at += marker == Prefix ? 1 : 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]);
        }

        return false;
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC;

    /// <summary>Skips entropy-coded bytes, with their stuffed zeros and restart markers.</summary>
    private static int NextMarker(ReadOnlySpan<byte> jpeg, int at)
    {
        while (at < jpeg.Length)
        {
            int found = jpeg[at..].IndexOf(Prefix);
            if (found < 0)
                return jpeg.Length;
            at += found;
            if (at + 1 < jpeg.Length && jpeg[at + 1] is not 0 and not (>= 0xD0 and <= 0xD7))
                return at;
            at += 2;
        }

        return jpeg.Length;
    }
}
