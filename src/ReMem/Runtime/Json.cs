using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace ReMem.Runtime;

/// <summary>
/// How every JSON file and --json output is written: snake_case, non-ASCII letters unescaped, and NaN and infinity as null.
/// </summary>
internal static class Json
{
    /// <summary>Indented, for files that people also read.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: true);

    /// <summary>One line, for metrics.jsonl and the like.</summary>
    public static JsonSerializerOptions Line { get; } = Create(indented: false);

    /// <summary>Indented JSON of a value.</summary>
    public static string Serialize<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="where">The file, for the message.</param>
    /// <exception cref="InputException">The text is not the JSON of such a value; the message has the line.</exception>
    public static T Deserialize<T>(string text, string where)
    {
        try
        {
            T value = JsonSerializer.Deserialize<T>(text, Options) ?? throw new InputException("The JSON is null.", where, Remedy);
            return JsonNulls.Find(value) is not { } place
                ? value
                : throw new InputException($"This is not the JSON of a {typeof(T).Name}: {place} is null.", where, Remedy);
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            // Converters and constructors throw other exceptions.
            var json = e as JsonException;
            string place = json?.LineNumber is { } line ? $"{where}, line {line + 1}" : where;
            throw new InputException($"This is not the JSON of a {typeof(T).Name}{(json?.Path is { } path ? $" (at {path})" : "")}.", place,
                Remedy, e);
        }
    }

    /// <summary>Reads a file that <see cref="Serialize"/> wrote.</summary>
    /// <exception cref="InputException">It is missing, not a file, too large, or not the JSON of such a value.</exception>
    internal static T ReadFile<T>(string path) => Deserialize<T>(InputFile.ReadAllText(path, "JSON file", Remedy), path);

    /// <summary>Reads a file that <see cref="Serialize"/> wrote and that only saves time: null where it is missing or broken.</summary>
    internal static T? TryReadFile<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? ReadFile<T>(path) : null;
        }
        catch (InputException)
        {
            return null;
        }
    }

    private const string Remedy = "Restore the file, or write it again.";

    private static JsonSerializerOptions Create(bool indented) => new()
    {
        WriteIndented = indented,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new FiniteDouble(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Inline } },
    };

    /// <summary>
    /// Puts the properties of <see cref="InlinedAttribute"/> records among their owner's, where they stand in a recipe, too.
    /// </summary>
    private static void Inline(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return;
        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i].AttributeProvider is not PropertyInfo property || !property.IsDefined(typeof(InlinedAttribute)))
                continue;
            type.Properties.RemoveAt(i);
            int at = i;
            foreach (Setting setting in Setting.Of(type.Type).Where(s => s.IsHeldBy(property)))
            {
                JsonPropertyInfo own = type.CreateJsonPropertyInfo(setting.Type, setting.Key);
                own.Get = setting.Get;
                own.Set = setting.Set;
                type.Properties.Insert(at++, own);
            }
        }
    }

    /// <summary>NaN and infinities as null, and null as NaN: a figure that could not be had must not make the report unreadable.</summary>
    private sealed class FiniteDouble : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (!double.IsFinite(value))
                writer.WriteNullValue();
            // .NET's shortest text of some powers of two, 2^-25 among them, reads back as the next smaller number.
            else if (double.IsPow2(Math.Abs(value))
                && double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) != value)
                writer.WriteRawValue(value.ToString("G17", CultureInfo.InvariantCulture));
            else
                writer.WriteNumberValue(value);
        }
    }
}
