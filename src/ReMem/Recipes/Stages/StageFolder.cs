using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes.Stages;

/// <summary>
/// The folder of one stage: where its files lie, and whether it is done. A stage is done once its result is there, which is written last,
/// and whole or not at all; until then a checkpoint keeps its state.
/// </summary>
/// <param name="run">The run's folder, which need not exist.</param>
/// <param name="path">The stage's place in it; nothing is the run's folder itself.</param>
internal sealed class StageFolder(string run, params string[] path)
{
    private const string ResultFile = "result.json";
    private const string MeterFile = "information.json";
    private const string CheckpointFile = "checkpoint.safetensors";
    private const string TrialsFolder = "auto";

    /// <summary>The folder.</summary>
    public string Path => System.IO.Path.Combine([run, .. path]);

    /// <summary>The stage's name in progress and errors.</summary>
    public string Name => IsWhole ? "training" : string.Join('/', path);

    /// <summary>Whether the stage is all that the run has.</summary>
    public bool IsWhole => path.Length == 0;

    /// <summary>Whether its result is there.</summary>
    public bool IsDone => File.Exists(At(ResultFile));

    /// <summary>Whether its teacher was measured.</summary>
    public bool IsMeasured => File.Exists(At(MeterFile));

    /// <summary>The file that an unfinished training keeps its state in.</summary>
    public string CheckpointPath => At(CheckpointFile);

    /// <summary>Epochs that are in the checkpoint.</summary>
    public int CheckpointEpochs => TrainingCheckpoint.EpochsIn(CheckpointPath);

    /// <summary>The trials that were begun where 'auto' chooses.</summary>
    public IEnumerable<StageFolder> Trials => Directory.Exists(At(TrialsFolder))
        ? Directory.GetDirectories(At(TrialsFolder)).Select(trial => Below(System.IO.Path.GetFileName(trial)))
        : [];

    /// <summary>Where a part's teacher is.</summary>
    public static StageFolder OfTeacher(string run, ComparisonPart part) => new(run, [.. part.Path, "teacher"]);

    /// <summary>Where a part's student is.</summary>
    public static StageFolder OfStudent(string run, ComparisonPart part) => new(run, [.. part.Path, "student"]);

    /// <summary>Where the linear probe of a run is.</summary>
    public static StageFolder OfProbe(string run) => new(run, "probe");

    /// <summary>Where a trial of a choice is.</summary>
    public StageFolder Trial(TeacherCandidate candidate) => Below(candidate.Folder);

    /// <summary>The result; null where the stage is not done.</summary>
    public T? TryRead<T>()
        where T : class => RunFolder.TryRead<T>(At(ResultFile));

    /// <summary>What was measured of the teacher; null where that is still to do.</summary>
    public MeterResult? TryReadMeter() => RunFolder.TryRead<MeterResult>(At(MeterFile));

    /// <summary>A file of the stage, which need not exist.</summary>
    public string At(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Ends the stage: what else belongs to it has been written.</summary>
    public void Finish<T>(T result)
    {
        AtomicFile.WriteAllText(At(ResultFile), Json.Serialize(result));
        File.Delete(CheckpointPath);
    }

    /// <summary>Keeps what was measured of the teacher.</summary>
    public void WriteMeter(MeterResult result) => AtomicFile.WriteAllText(At(MeterFile), Json.Serialize(result));

    /// <summary>Copies a finished stage, so that the copy is done when the last of it is there.</summary>
    /// <param name="target">Where the copy is made.</param>
    /// <param name="measured">Whether what was measured of the teacher is copied, too.</param>
    public void CopyTo(StageFolder target, bool measured)
    {
        foreach (string file in Directory.GetFiles(Path).OrderBy(f => System.IO.Path.GetFileName(f) == ResultFile))
        {
            string name = System.IO.Path.GetFileName(file);
            if (name != MeterFile || measured)
                AtomicFile.Copy(file, target.At(name));
        }
    }

    private StageFolder Below(string trial) => new(run, [.. path, TrialsFolder, trial]);
}
