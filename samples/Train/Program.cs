// From photos, a folder of images per class, to an ONNX file: dotnet run -- photos/ trained/
//   further arguments: the teacher's model and weights, the student's model, the side of the views in pixels, epochs
using ReMem;
using ReMem.Projects;
using ReMem.Runtime;
using ReMem.Training;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Train PHOTOS WORK [TEACHER [WEIGHTS [STUDENT [SIZE [EPOCHS]]]]]");
    return 2;
}

string Argument(int index, string otherwise) => args.Length > index ? args[index] : otherwise;
int size = int.Parse(Argument(5, "96")), epochs = int.Parse(Argument(6, "10"));
var progress = new Messages();
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    ReMemProject project = await ReMemProject.OpenAsync(args[0], cancellationToken: stop.Token);
    TrainedModel teacher = await project.FineTuneAsync(Path.Combine(args[1], "teacher"), new FineTuneOptions
    {
        Model = Argument(2, "deit_tiny_patch16_224"),
        Weights = Argument(3, "auto") is "none" ? null : Argument(3, "auto"),
        ImageSize = size,
        Preparation = TeacherPreparations.Sam,
        Training = new TrainingOptions { Epochs = epochs, Lr = 1e-4 },
    }, progress, stop.Token);
    TrainedModel student = await project.DistillAsync(Path.Combine(args[1], "student"), new DistillOptions
    {
        Model = Argument(4, "resnet18"),
        Teachers = [teacher.Folder],
        Training = new TrainingOptions { Epochs = 2 * epochs, Lr = 1e-3 },
    }, progress, stop.Token);
    string file = await project.ExportOnnxAsync(student.Folder, Path.Combine(args[1], "student.onnx"), cancellationToken: stop.Token);
    Console.WriteLine($"teacher {teacher.Test.Top1:P1}, student {student.Test.Top1:P1} of {student.Test.Count} test images: {file}");
    return 0;
}
catch (ReMemException e)
{
    Console.Error.WriteLine($"{e.Message} {e.Remedy}");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("interrupted; the same command continues");
    return 130;
}

/// <summary>Writes lines, and leaves out single steps.</summary>
internal sealed class Messages : IProgress<ProgressReport>
{
    public void Report(ProgressReport value)
    {
        if (value.Message is { } message)
            Console.Error.WriteLine($"{value.Stage}: {message}");
    }
}
