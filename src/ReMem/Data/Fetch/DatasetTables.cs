using System.Globalization;
using CsvHelper;
using ReMem.Data.Layouts;
using ReMem.Runtime;

namespace ReMem.Data.Fetch;

/// <summary>
/// Converts the lists that come with data sets into a table that <see cref="ManifestLayout"/> reads, metadata.csv, and a labels.txt that
/// keeps the order of their classes. Official splits and labels are not changed.
/// </summary>
internal static class DatasetTables
{
    private const string Table = "metadata.csv";
    private const string Labels = "labels.txt";

    private static readonly string[] FashionNames =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    // In the order of imagelabels.mat, which has numbers only.
    private static readonly string[] FlowerNames =
    [
        "pink primrose", "hard-leaved pocket orchid", "canterbury bells", "sweet pea", "english marigold", "tiger lily", "moon orchid",
        "bird of paradise",
        "monkshood", "globe thistle", "snapdragon", "colt's foot", "king protea", "spear thistle", "yellow iris", "globe-flower",
        "purple coneflower",
        "peruvian lily", "balloon flower", "giant white arum lily", "fire lily", "pincushion flower", "fritillary", "red ginger",
        "grape hyacinth",
        "corn poppy", "prince of wales feathers", "stemless gentian", "artichoke", "sweet william", "carnation", "garden phlox",
        "love in the mist",
        "mexican aster", "alpine sea holly", "ruby-lipped cattleya", "cape flower", "great masterwort", "siam tulip", "lenten rose",
        "barbeton daisy",
        "daffodil", "sword lily", "poinsettia", "bolero deep blue", "wallflower", "marigold", "buttercup", "oxeye daisy",
        "common dandelion", "petunia",
        "wild pansy", "primula", "sunflower", "pelargonium", "bishop of llandaff", "gaura", "geranium", "orange dahlia",
        "pink-yellow dahlia",
        "cautleya spicata", "japanese anemone", "black-eyed susan", "silverbush", "californian poppy", "osteospermum", "spring crocus",
        "bearded iris",
        "windflower", "tree poppy", "gazania", "azalea", "water lily", "rose", "thorn apple", "morning glory", "passion flower", "lotus",
        "toad lily",
        "anthurium", "frangipani", "clematis", "hibiscus", "columbine", "desert-rose", "tree mallow", "magnolia", "cyclamen", "watercress",
        "canna lily",
        "hippeastrum", "bee balm", "ball moss", "foxglove", "bougainvillea", "camellia", "mallow", "mexican petunia", "bromelia",
        "blanket flower",
        "trumpet creeper", "blackberry lily",
    ];

    /// <summary>The names of Fashion-MNIST's numbers.</summary>
    public static void FashionMnist(string folder) => WriteLabels(folder, FashionNames);

    /// <summary>annotations/trainval.txt and test.txt: a name without extension, the class from 1, and two more numbers.</summary>
    public static void OxfordPets(string folder)
    {
        (string Split, string Name, int Class)[] rows =
        [
            .. new[] { ("train", "trainval.txt"), ("test", "test.txt") }.SelectMany(f => Lines(folder, "annotations", f.Item2)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(p => (f.Item1, p[0], int.Parse(p[1], CultureInfo.InvariantCulture) - 1))),
        ];
        string Breed(string name) => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(name[..name.LastIndexOf('_')].Replace('_', ' '));
        WriteLabels(folder, [.. rows.GroupBy(r => r.Class).OrderBy(g => g.Key).Select(g => Breed(g.First().Name))]);
        WriteTable(folder, rows.Select(r => ($"images/{r.Name}.jpg", r.Class.ToString(CultureInfo.InvariantCulture), r.Split)));
    }

    /// <summary>imagelabels.mat has each image's class from 1; setid.mat the numbers of the images in trnid, valid and tstid.</summary>
    public static void Flowers102(string folder)
    {
        double[] labels = Array(folder, "imagelabels.mat", "labels");
        WriteLabels(folder, FlowerNames);
        WriteTable(folder, new[] { ("train", "trnid"), ("val", "valid"),
            ("test", "tstid") }.SelectMany(s => Array(folder, "setid.mat", s.Item2).Select(id =>
            (string.Create(CultureInfo.InvariantCulture, $"jpg/image_{(int)id:00000}.jpg"),
                ((int)labels[(int)id - 1] - 1).ToString(CultureInfo.InvariantCulture), s.Item1))));
    }

    /// <summary>labels/train1.txt, val1.txt and test1.txt, the first of ten divisions: class/file.</summary>
    public static void Dtd(string folder) => WriteTable(folder, new[] { "train", "val", "test" }.SelectMany(split =>
        Lines(folder, "labels", split + "1.txt")
            .Select(line => ($"images/{line}", line[..line.IndexOf('/', StringComparison.Ordinal)], split))));

    private static double[] Array(string folder, string file, string name) =>
        MatFile.Read(Path.Combine(folder, file)).TryGetValue(name, out double[]? values)
            ? values
            : throw new InputException($"'{file}' has no array '{name}'.", folder, "Download it again.");

    private static string[] Lines(params string[] path) =>
        [.. InputFile.ReadNames(Path.Combine(path), "list of the download", "Download it again.").Where(l => l[0] != '#')];

    private static void WriteLabels(string folder, string[] names) =>
        AtomicFile.WriteAllText(Path.Combine(folder, Labels), string.Join('\n', names) + "\n");

    private static void WriteTable(string folder, IEnumerable<(string Path, string Label, string Split)> rows)
    {
        using var text = new StringWriter { NewLine = "\n" };
        using var csv = new CsvWriter(text, CultureInfo.InvariantCulture);
        void Line(params string[] fields)
        {
            foreach (string field in fields)
                csv.WriteField(field);
            csv.NextRecord();
        }

        Line("path", "label", "split");
        foreach ((string path, string label, string split) in rows)
        {
            if (!File.Exists(Path.Combine(folder, path)))
                throw new InputException($"The lists of the data set name '{path}', which its archive does not have.", folder,
                    "Download it again.");
            Line(path, label, split);
        }

        csv.Flush();
        AtomicFile.WriteAllText(Path.Combine(folder, Table), text.ToString());
    }
}
