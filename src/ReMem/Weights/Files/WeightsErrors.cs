using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>All errors of reading weights that a user can fix, in one place.</summary>
internal static class WeightsErrors
{
    private const int MaxNamed = 6;
    private const string ExportRemedy = "Where Python has the model: safetensors.torch.save_file(model.state_dict(), 'model.safetensors').";

    public static InputException Missing(string path) => Say("The weights file does not exist.", path, "Check the path.");

    public static InputException IsFolder(string path, string file = "model.safetensors") =>
        Say("This is a folder, not a weights file.", path, $"Give the file in it, usually {file}.");

    public static InputException FolderWithoutWeights(string path, IEnumerable<string> looked) =>
        Say($"The folder has no weights file: none of {string.Join(", ", looked)}.", path,
            "Give a folder that has one, or the file itself.");

    public static InputException CannotRead(string path, Exception cause) =>
        Say("The weights file cannot be read.", path, "Check its permissions.", cause);

    public static InputException UnknownFormat(string path) => Say(
        "The weights file has a format that remem does not read.", path,
        "Give safetensors (or its model.safetensors.index.json), a PyTorch .pth, .pt or .bin file, or NumPy .npz.");

    public static InputException LfsPointer(string path) =>
        Say("This is a Git LFS pointer, not the weights.", path, "Run 'git lfs pull' in that clone, or download the file itself.");

    public static InputException WebPage(string path) =>
        Say("This is a web page, not the weights.", path, "Download the file itself; the page may ask to log in.");

    public static InputException OldTar(string path) =>
        Say("The file was written by a PyTorch older than 0.2, which remem does not read.", path,
            $"Load and save it again. {ExportRemedy}");

    public static InputException PlainPickle(string path) =>
        Say("The file is a Python pickle that torch.save did not write; it may run any program, and remem does not read it.", path,
            ExportRemedy);

    public static InputException TorchScript(string path) =>
        Say("The file is a TorchScript archive, a program with weights; remem reads only weights.", path,
            "Where Python has PyTorch: torch.save(torch.jit.load(FILE, 'cpu').state_dict(), 'weights.pth').");

    public static InputException ForbiddenGlobal(string name, string path) =>
        Say($"The file holds no tensor with a name, only what Python would make with '{name}'; remem runs nothing from a file.", path,
            $"Save the state dict alone. {ExportRemedy}");

    /// <param name="prefix">The given prefix.</param>
    /// <param name="seen">The file's prefixes.</param>
    /// <param name="path">The file.</param>
    public static InputException NoPrefix(string prefix, IReadOnlyList<string> seen, string path) => Say(
        $"No tensor's name begins with '{prefix}'.", path, seen.Count == 0 ? "Leave the prefix out." : $"Its names begin with {Or(seen)}.");

    /// <summary>A few names in quotation marks.</summary>
    public static string Or(IReadOnlyList<string> names) =>
        string.Join(" or ", names.Take(MaxNamed).Select(n => $"'{PlainText.WithoutControls(n)}'"))
            + (names.Count > MaxNamed ? $" or {names.Count - MaxNamed} others" : string.Empty);

    public static InputException BigEndian(string path) =>
        Say("The file was written on a big-endian machine, which remem does not read.", path, ExportRemedy);

    public static InputException Type(string tensor, string type, string path) =>
        Say($"The tensor '{tensor}' has the type '{type}', which remem cannot read.", path, "Save it as float32, float16 or bfloat16.");

    public static InputException Unreadable(string type, string path) =>
        Say($"The file's tensors are of the type '{type}', which remem cannot read.", path, "Save them as float32, float16 or bfloat16.");

    public static InputException Compressed(string entry, string path) =>
        Say($"The archive's entry '{entry}' is compressed, which PyTorch never does.", path,
            "Save the weights again with torch.save, or download them again.");

    public static InputException NoTensor(string name, string path) => Say($"The file has no tensor '{name}'.", path);

    public static InputException TooLarge(string name, long bytes, string path) =>
        Say($"The tensor '{name}' has {bytes} bytes; one may have 2 GiB.", path);

    public static InputException NoStateDict(string path) =>
        Say("The file holds no state dict: no tensor has a name in it.", path, ExportRemedy);

    /// <param name="tensor">Its name in the file.</param>
    /// <param name="shape">Its shape in the file.</param>
    /// <param name="family">The recognised naming family.</param>
    /// <param name="path">The file.</param>
    /// <param name="inner">The cause.</param>
    public static InputException UnlikeFamily(string tensor, IEnumerable<long> shape, string family, string path,
        Exception? inner = null) =>
        Say($"The tensor '{tensor}' of shape {TensorTypes.Text(shape)} is not what {family} weights have under that name.", path,
            "Check where the weights come from.", inner);

    public static InputException SameName(string first, string second, string name, string path) =>
        Say($"The tensors '{first}' and '{second}' both become '{name}'.", path, "Give a file of one model.");

    public static InputException ShardMissing(string shard, string path) =>
        Say($"The shard '{shard}' of the weights is missing.", path, "Put every shard next to the index.");

    private static InputException Say(string what, string path, string? remedy = null, Exception? inner = null) =>
        new(PlainText.Message(what), path, remedy, inner);
}
