using ReMem.Evaluation.Latency;
using ReMem.Export;
using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Recipes.Stages;

/// <summary>
/// What serving the teacher instead of the exported student would take: both as ONNX files in ONNX Runtime, in turns. Times do not depend
/// on weights, so the teacher's file has new ones, and is deleted afterwards.
/// </summary>
internal static class TeacherTime
{
    /// <summary>Multiply-accumulates of a teacher that are spent on timed runs: 50 of a small ViT, a few of a large one.</summary>
    private const double Work = 60e9;

    private const int MinRuns = 3;
    private const int MaxRuns = 50;

    /// <summary>Measures; null where the teacher has no ONNX form.</summary>
    /// <param name="teacher">An architecture of the catalogue.</param>
    /// <param name="options">The teacher's classes and image size.</param>
    /// <param name="student">The exported student's file.</param>
    /// <param name="progress">Hears of it.</param>
    /// <param name="cancellationToken">Stops between runs.</param>
    public static ModelTimes? Measure(string teacher, ModelOptions options, string student, IProgress<ProgressReport>? progress,
        CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("remem-teacher-").FullName;
        try
        {
            string file = Path.Combine(folder, "teacher.onnx");
            using (ImageModel model = ModelCatalogue.Create(teacher, options))
                OnnxExporter.Export(model, file);
            int runs = (int)Math.Clamp(Work / ModelCatalogue.Count(teacher, options).Macs, MinRuns, MaxRuns);
            IReadOnlyList<LatencyResult> results = OnnxLatency.Measure(
                [student, file], new LatencyOptions { Batches = [1], Threads = [1], Runs = runs, Warmup = 1 }, progress, cancellationToken);
            return new ModelTimes(results[0].Rows[0].P50, results[1].Rows[0].P50);
        }
        catch (InputException e)
        {
            progress?.Report(new MessageProgress("bench", $"no time of the teacher: {e.Message}"));
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
