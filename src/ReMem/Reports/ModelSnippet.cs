namespace ReMem.Reports;

/// <summary>C# that uses an exported student, filled in for it.</summary>
internal static class ModelSnippet
{
    /// <summary>The command that writes the file which the code reads: one that takes whole photos.</summary>
    public const string Export = "remem export --model-dir student --input image --softmax --out photos.onnx";

    /// <summary>The code.</summary>
    /// <param name="classes">Number of classes.</param>
    public static string Code(int classes) => $$"""
        // dotnet add package Microsoft.ML.OnnxRuntime; dotnet add package SkiaSharp
        using System.Text.Json;
        using Microsoft.ML.OnnxRuntime;
        using Microsoft.ML.OnnxRuntime.Tensors;
        using SkiaSharp;

        using var session = new InferenceSession("photos.onnx");
        string[] labels = JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["labels"])!; // {{classes}} classes
        using SKBitmap photo = SKBitmap.Decode("photo.jpg");
        byte[] rgb = [.. photo.Pixels.SelectMany(p => new[] { p.Red, p.Green, p.Blue })];
        var image = new DenseTensor<byte>(rgb, [1, photo.Height, photo.Width, 3]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", image)]);
        float[] probabilities = [.. results[0].AsTensor<float>()];
        int best = Array.IndexOf(probabilities, probabilities.Max());
        Console.WriteLine($"{labels[best]} {probabilities[best]:P1}");
        """;
}
