using System.Formats.Tar;
using System.Text;
using Parquet;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Fetch;
using ReMem.Data.Sources;
using ReMem.Distillation.Cache;
using ReMem.Recipes;
using ReMem.Recipes.Sweep;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Runtime.Downloads;
using ReMem.Weights;
using ReMem.Weights.Files;
using ReMem.Weights.Hub;

namespace ReMem.Fuzz;

/// <summary>Every reader of files that others may have written.</summary>
internal static class Readers
{
    private const string Csv = "path,label,split,group\n0.png,cat,train,0\n1.png,\"do,g\",train,1\n2.png,cat,val,2\n3.png,dog,test,\n";
    private const string JsonLines =
        "{\"path\": \"a.png\", \"label\": \"cat\", \"split\": \"train\"}\n{\"path\": \"b.png\", \"label\": 7}\n";

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        new("recipe", () => [.. FuzzReader.Cases("recipe-*.yaml", "yaml-*", "F-recipe-*"), DeepYaml('['), DeepYaml('{')],
            (bytes, _) => RecipeReader.Write(RecipeReader.Parse(Text(bytes), "recipe.yaml"))),
        new("override",
            () => [.. FuzzReader.Cases("F-override*"),
                .. Texts("teacher.training.epochs=3", "methods=[sam, none]", "student.distillation.objective='kl + 0.5*rkd(25,50)'",
                    "data={source: x}", "teacher.reweighting=top(4,0.25)", "student.distillation.target_weights=0.5,0.5")],
            (bytes,
                _) => RecipeReader.Parse("name: x\ndata: {source: x}\nteacher: {model: vit_pico_patch4_32}\nstudent: {model: resnet20}\n",
                    "recipe.yaml", Text(bytes).Split('\u0001'))),
        new("grid", () => Texts("rho=0.02,0.05", "reweighting=top(4,0.25),top(4,0.5)", "teacher.training.epochs=1,2"),
            (bytes, _) => SweepAxis.Parse(Text(bytes))),
        Dataset("csv", () => [.. Texts(Csv), .. FuzzReader.Cases("*csv*")], "data.csv"),
        Dataset("tsv", () => Texts(Csv.Replace(',', '\t')), "data.tsv"),
        Dataset("jsonl", () => Texts(JsonLines), "data.jsonl"),
        Dataset("zip", () => [Seeds.Zip(), .. FuzzReader.Cases("*.zip", "zip-*")], "data.zip"),
        Dataset("wds",
            () => [Seeds.Tar(TarEntryFormat.Pax), Seeds.Tar(TarEntryFormat.Gnu), Seeds.Tar(TarEntryFormat.Ustar),
                .. FuzzReader.Cases("*.tar")], "data.tar"),
        Dataset("parquet",
            () => [.. new[] { CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip,
                CompressionMethod.Zstd }.Select(Seeds.Parquet), .. FuzzReader.Cases("*.parquet")], "data.parquet", isDear: true),
        new("idx", () => [Seeds.Idx(4, 3, 5), Seeds.Idx(4, 3, 5, 3), .. FuzzReader.Cases("idx-*")],
            (bytes, folder) => Pair(folder, "train-images-idx3-ubyte", bytes, "train-labels-idx1-ubyte", Seeds.Idx(4))),
        new("idx-gz", () => [Seeds.GZip(Seeds.Idx(4, 3, 5)), .. FuzzReader.Cases("idx-*").Select(Seeds.GZip)],
            (bytes, folder) => Pair(folder, "train-images-idx3-ubyte.gz", bytes, "train-labels-idx1-ubyte", Seeds.Idx(4))),
        new("idx-labels", () => [Seeds.Idx(4)],
            (bytes, folder) => Pair(folder, "train-images-idx3-ubyte", Seeds.Idx(4, 3, 5), "train-labels-idx1-ubyte", bytes)),
        new("cifar-names", () => [.. Texts("cat\ndog\nbird\n"), .. FuzzReader.Cases("F-cifar*")],
            (bytes, folder) => Pair(folder, "data_batch_1.bin", Cifar(), "batches.meta.txt", bytes)),
        new("cifar", () => [Cifar()],
            (bytes, folder) => Pair(folder, "data_batch_1.bin", bytes, "batches.meta.txt", "cat\ndog\nbird\n"u8.ToArray())),
        new("labels", () => Texts("0 cat\n1 dog\n", "n01440764 tench, Tinca tinca\n", "cat\ndog\n"),
            (bytes, folder) => Evaluation.Predictor.ReadLabels(Write(folder, "labels.txt", bytes))),
        new("mat", () => [Seeds.Mat(), .. FuzzReader.Cases("*.mat")], (bytes, folder) => MatFile.Read(Write(folder, "a.mat", bytes))),
        new("image", Seeds.Images, (bytes, _) => ImageDecoder.Decode(bytes, "image"), IsDear: true),
        new("unpack-zip", () => [Seeds.Zip(), .. FuzzReader.Cases("*.zip", "zip-*")], (bytes, folder) => Unpack(folder, "a.zip", bytes)),
        new("unpack-tar", () => [Seeds.Tar(TarEntryFormat.Pax), Seeds.Tar(TarEntryFormat.Gnu), .. FuzzReader.Cases("*.tar")],
            (bytes, folder) => Unpack(folder, "a.tar.gz", Seeds.GZip(bytes))),
        new("unpack-gz", () => [Seeds.GZip(Seeds.Tar(TarEntryFormat.Pax))], (bytes, folder) => Unpack(folder, "a.tar.gz", bytes)),
        Weights("safetensors", () => [Seeds.Safetensors(), .. FuzzReader.Cases("*.safetensors")], "a.safetensors"),
        Weights("pickle", () => FuzzReader.Cases("*.pth", "*.pt"), "a.pth"),
        Weights("npz", () => FuzzReader.Cases("*.npz"), "a.npz"),
        new("index",
            () => [.. FuzzReader.Cases("*.index.json"),
                .. Texts("{\"metadata\": {}, \"weight_map\": {\"head.weight\": \"model.safetensors\"}}")], (bytes, folder) =>
        {
            Write(folder, "model.safetensors", Seeds.Safetensors());
            string index = Write(folder, "model.safetensors.index.json", bytes);
            WeightFiles.Shards(index);
            Tensors(index);
        }),
        new("model-folder", () => FuzzReader.Cases("config-*.json"), (bytes, folder) =>
        {
            Write(folder, "model.safetensors", Seeds.Safetensors());
            Write(folder, "config.json", bytes);
            ModelFolder.Load(folder).Model.Dispose();
        }, IsDear: true),
        new("cache", () => FuzzReader.Cases("cachejson-*"), (bytes, folder) =>
        {
            Write(folder, "cache.json", bytes);
            TeacherCacheStore.List(folder);
            using TeacherCache cache = TeacherCache.Open(folder);
            _ = cache.Bytes(1) + cache.MissingBytes(1) + cache.CompleteViews() + cache.PresentShards().Count();
            if (cache.Manifest.Origin.Recipe is { } recipe)
                RecipeReader.Parse(recipe, "cache.json");
        }),
        new("scan", () => [ScannedPhotos.Seed(), .. FuzzReader.Cases("F-scan*")], ScannedPhotos.Read),
        new("result", () => FuzzReader.Cases("F-result*"), (bytes, folder) => Results.Read(Write(folder, "result.json", bytes))),
        new("report", () => [.. FuzzReader.Cases("report-*.json"), .. Texts("{\"title\": \"x\"}")], (bytes, folder) =>
        {
            Write(folder, ReportWriter.JsonFile, bytes);
            Results.Show(folder);
        }),
        new("redirect",
            () => Texts("https://a.example/b", "//", "http:///x", "/x?y", "https://u:p@h/", "http://[::1", "../..", "https://xn--/",
                "\u0000"), (bytes, _) =>
            HttpTransport.Target(new Uri("https://a.example/b/c"), Text(bytes))),
    ];

    /// <summary>Readers that go wrong, which show that the harness sees it.</summary>
    private static FuzzReader[] Broken { get; } =
    [
        new("broken-exception", () => Texts("x"), (_, _) => throw new InvalidOperationException("a bug")),
        new("broken-death", () => Texts("x"), (_, _) => Environment.FailFast("a native death")),
        new("broken-memory", () => Texts("x"), (_, _) => Array.Fill(new byte[Limits.Bytes], (byte)1)),
    ];

    /// <summary>The reader of a name.</summary>
    public static FuzzReader Find(string name) => All.Concat(Broken).FirstOrDefault(r => r.Name == name)
        ?? throw Nearest.Unknown("reader", name, [.. All.Select(r => r.Name)], "command line");

    private static FuzzReader Dataset(string name, Func<IReadOnlyList<byte[]>> seeds, string file, bool isDear = false) =>
        new(name, seeds, (bytes, folder) => ReadAll(Write(folder, file, bytes)), isDear);

    private static FuzzReader Weights(string name, Func<IReadOnlyList<byte[]>> seeds, string file) =>
        new(name, seeds, (bytes, folder) => Tensors(Write(folder, file, bytes)), IsDear: true);

    private static void Tensors(string path)
    {
        using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
        WeightsInspection.Of(path);
        using WeightsFile file = WeightsFile.Open(path);
        foreach (string tensor in file.Tensors.Keys)
            file.Read(tensor);
    }

    /// <summary>Opens a data set and reads every sample, which may each be refused.</summary>
    private static void ReadAll(string source)
    {
        ImageDataset data = DatasetReader.Open(source);
        foreach (IImageSource split in new[] { data.Train, data.Validation, data.Test })
        {
            for (int i = 0; i < split.Count; i++)
            {
                try
                {
                    split.Read(i);
                }
                catch (InputException)
                {
                    // A bad image among good ones.
                }
            }
        }
    }

    private static void Pair(string folder, string name, byte[] bytes, string otherName, byte[] other)
    {
        Write(folder, name, bytes);
        Write(folder, otherName, other);
        ReadAll(folder);
    }

    private static void Unpack(string folder, string name, byte[] bytes)
    {
        string target = Path.Combine(folder, "target");
        Directory.CreateDirectory(target);
        new ArchiveUnpacker(Write(folder, name, bytes), target, new UnpackLimits(Bytes: 1 << 24)).Run();
        if (Directory.GetFileSystemEntries(folder).Length != 2)
            throw new InvalidOperationException("An entry left the folder that it was unpacked to.");
    }

    private static byte[] Cifar() =>
        [.. Enumerable.Range(0, 6).SelectMany(i => (byte[])[(byte)(i % 3), .. Enumerable.Repeat((byte)i, 3072)])];

    private static byte[] DeepYaml(char open) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open == '[' ? "[" : "{a: ", 20_000)));

    private static byte[][] Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static string Write(string folder, string name, byte[] bytes)
    {
        string file = Path.Combine(folder, name);
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
