using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>The header of a NumPy array (numpy.org, NEP 1): type, order and shape as the text of a Python dictionary.</summary>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="IsFortran">Whether the first index varies fastest (Fortran order).</param>
/// <param name="Length">Bytes of the header.</param>
internal sealed partial record NpyHeader(ScalarType Type, IReadOnlyList<long> Shape, bool IsFortran, int Length)
{
    /// <summary>The maximal length of a header.</summary>
    public const int MaxLength = 1 << 13;

    // Google's JAX code stores bfloat16, which NumPy lacks, as two opaque bytes.
    private static readonly Dictionary<string, ScalarType> Types = new(StringComparer.Ordinal)
    {
        ["<f8"] = ScalarType.Float64,
        ["<f4"] = ScalarType.Float32,
        ["<f2"] = ScalarType.Float16,
        ["|V2"] = ScalarType.BFloat16,
        ["<V2"] = ScalarType.BFloat16,
        ["<i8"] = ScalarType.Int64,
        ["<i4"] = ScalarType.Int32,
        ["<i2"] = ScalarType.Int16,
        ["|i1"] = ScalarType.Int8,
        ["|u1"] = ScalarType.Byte,
        ["|b1"] = ScalarType.Bool,
    };

    /// <summary>Reads a header.</summary>
    /// <param name="name">The array's name, for messages.</param>
    /// <param name="start">The array's first bytes: <see cref="MaxLength"/>, or all.</param>
    /// <param name="file">The file that contains it.</param>
    /// <returns>null for a type that cannot be weights, such as text or Python objects (which NumPy would unpickle).</returns>
    /// <exception cref="InputException">No header, a type that remem cannot read, or an invalid shape.</exception>
    public static NpyHeader? Read(string name, ReadOnlySpan<byte> start, MappedFile file)
    {
        InputException Bad(string why) => file.Broken($"its array '{name}' {why}");
        if (start.Length < 10 || start[0] != 0x93 || !start[1..].StartsWith("NUMPY"u8) || start[6] is not (1 or 2 or 3)
            || (start[6] > 1 && start.Length < 12))
            throw Bad("has no NumPy header");
        int at = start[6] == 1 ? 10 : 12;
        uint length = start[6] == 1 ? BitConverter.ToUInt16(start[8..]) : BitConverter.ToUInt32(start[8..]);
        if (length > start.Length - at)
            throw Bad($"claims a header of {length} bytes");
        string text = Encoding.Latin1.GetString(start.Slice(at, (int)length));
        (Match type, Match order, Match shape) = (TypePattern().Match(text), OrderPattern().Match(text), ShapePattern().Match(text));
        if (!type.Success || !order.Success || !shape.Success)
            throw Bad("has a header that is not NumPy's");
        string code = type.Groups[1].Value;
        if (code.Length > 1 && code[1] is 'O' or 'U' or 'S')
            return null;
        if (code.StartsWith('>'))
            throw WeightsErrors.BigEndian(file.Path);
        if (!Types.TryGetValue(code, out ScalarType scalar))
            throw WeightsErrors.Type(name, code, file.Path);
        long[] sizes = [.. shape.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(
                s =>
                long.TryParse(s.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                ? size : throw Bad($"has the invalid shape ({shape.Groups[1].Value})"))];
        if (TensorTypes.Bytes(sizes, TensorTypes.Size(scalar)) is null)
            throw Bad($"has the invalid shape {TensorTypes.Text(sizes)}");
        return new NpyHeader(scalar, sizes, order.Groups[1].Value == "True", at + (int)length);
    }

    /// <summary>Strides in elements for Fortran order; null for the usual order.</summary>
    public IReadOnlyList<long>? Strides()
    {
        if (!IsFortran)
            return null;
        long[] strides = new long[Shape.Count];
        long step = 1;
        for (int d = 0; d < strides.Length; d++)
        {
            strides[d] = step;
            step *= Shape[d];
        }

        return strides;
    }

    [GeneratedRegex("'descr'\\s*:\\s*'([^']{1,16})'", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TypePattern();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)", RegexOptions.CultureInvariant)]
    private static partial Regex OrderPattern();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([0-9L, ]*)\\)", RegexOptions.CultureInvariant)]
    private static partial Regex ShapePattern();
}
