// Classifies photos with an exported student: dotnet run -- student/model.onnx photo.jpg ...
using System.Globalization;
using ReMem.Inference;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Inference MODEL.onnx PHOTO...");
    return 2;
}

using var classifier = OnnxImageClassifier.Load(args[0]);
foreach (string photo in args[1..])
{
    try
    {
        ImageAnswer answer = await classifier.ClassifyAsync(photo, top: 1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{photo}\t{answer.Label}\t{answer.Probability:0.000000}"));
    }
    catch (ImageException e)
    {
        Console.Error.WriteLine(e.Message);
    }
}

return 0;
