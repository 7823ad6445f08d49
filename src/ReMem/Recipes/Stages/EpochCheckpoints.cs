using ReMem.Models;
using ReMem.Training;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Recipes.Stages;

/// <summary>The weights of some epochs of a training, a file each, from which one is chosen at its end.</summary>
/// <param name="folder">The stage's.</param>
/// <param name="training">Says which epochs are validated.</param>
internal sealed class EpochCheckpoints(StageFolder folder, TrainingOptions training)
{
    /// <summary>Files of a training, at the most.</summary>
    internal const int Max = 8;

    private const string Place = "epochs";
    private const string Suffix = ".safetensors";

    private string Folder => folder.At(Place);

    /// <summary>Whether an epoch, from 1, is one of them: validated ones at equal distances, and the last.</summary>
    public bool Includes(int epoch)
    {
        int every = training.ValidateEvery, validated = (training.Epochs + every - 1) / every;
        int distance = every * ((validated + Max - 1) / Max);
        return epoch == training.Epochs || (epoch % distance == 0 && training.Epochs - epoch >= distance);
    }

    /// <summary>Writes the weights of an epoch, where it is one of them.</summary>
    /// <param name="model">As it was validated.</param>
    /// <param name="epoch">From 1.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Keep(ImageModel model, int epoch)
    {
        if (!Includes(epoch))
            return;
        Directory.CreateDirectory(Folder);
        SafetensorsWriter.Write(File(epoch), model.state_dict(), new Dictionary<string, string>());
    }

    /// <summary>The epochs whose weights are there, ascending.</summary>
    public IReadOnlyList<int> Kept() =>
    [
        .. Directory.EnumerateFiles(Folder, "*" + Suffix).Select(Path.GetFileNameWithoutExtension).Select(name => int.Parse(name!, null))
            .Order(),
    ];

    /// <summary>Reads the weights of an epoch into the model.</summary>
    /// <exception cref="InputException">The file is broken.</exception>
    public void Restore(ImageModel model, int epoch)
    {
        using var guard = no_grad();
        using SafetensorsFile file = SafetensorsFile.Open(File(epoch));
        foreach ((string name, Tensor value) in model.state_dict())
        {
            using Tensor read = file.Read(name);
            value.copy_(read);
        }
    }

    /// <summary>Deletes the files.</summary>
    public void Delete()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    private string File(int epoch) => Path.Combine(Folder, FormattableString.Invariant($"{epoch}{Suffix}"));
}
