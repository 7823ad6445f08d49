// Classifies photos in an ML.NET pipeline: dotnet run -- model.onnx photo.jpg ...
// The file of: remem export --model-dir student --out model.onnx --input image --softmax
using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: MlNet MODEL.onnx PHOTO...");
    return 2;
}

string model = args[0];
string[] labels = Labels(model);
var ml = new MLContext();

// A column of ML.NET has one size, so photos of one size make one batch of rows; the file resizes and normalises them itself.
var photos = args[1..].Select(Decode).OfType<Photo>();
foreach (var group in photos.GroupBy(photo => (photo.Height, photo.Width)))
{
    (int height, int width) = group.Key;
    var schema = SchemaDefinition.Create(typeof(Photo));
    schema["input"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 1, height, width, 3);
    IDataView rows = ml.Data.LoadFromEnumerable(group, schema);
    var pipeline = ml.Transforms.ApplyOnnxModel(
        ["probabilities"], ["input"], model, new Dictionary<string, int[]> { ["input"] = [1, height, width, 3] },
        gpuDeviceId: null, fallbackToCpu: false, recursionLimit: 100);
    IDataView answers = pipeline.Fit(rows).Transform(rows);
    foreach (Answer answer in ml.Data.CreateEnumerable<Answer>(answers, reuseRowObject: false))
    {
        int best = Array.IndexOf(answer.Probabilities, answer.Probabilities.Max());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{answer.Path}\t{labels[best]}\t{answer.Probabilities[best]:0.000000}"));
    }
}

return 0;

// Red, green and blue, row by row. Photos that their camera only marked as turned (EXIF) are turned here by nobody: 'remem predict' does.
static Photo? Decode(string path)
{
    using SKCodec? codec = SKCodec.Create(path);
    using SKBitmap? bitmap = codec is null ? null : SKBitmap.Decode(
        codec, new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
    if (bitmap is null)
    {
        Console.Error.WriteLine($"'{path}' is not an image that can be read.");
        return null;
    }

    ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
    byte[] rgb = new byte[bitmap.Width * bitmap.Height * 3];
    for (int i = 0; i < rgb.Length / 3; i++)
        pixels.Slice(4 * i, 3).CopyTo(rgb.AsSpan(3 * i));
    return new Photo { Path = path, Height = bitmap.Height, Width = bitmap.Width, Pixels = rgb };
}

// The class names are in the file.
static string[] Labels(string model)
{
    using var session = new InferenceSession(model);
    return JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["labels"])!;
}

internal sealed class Photo
{
    public string Path { get; set; } = string.Empty;

    [NoColumn]
    public int Height { get; set; }

    [NoColumn]
    public int Width { get; set; }

    [ColumnName("input")]
    public byte[] Pixels { get; set; } = [];
}

internal sealed class Answer
{
    public string Path { get; set; } = string.Empty;

    [ColumnName("probabilities")]
    public float[] Probabilities { get; set; } = [];
}
