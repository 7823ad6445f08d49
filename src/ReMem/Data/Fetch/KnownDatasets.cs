using ReMem.Runtime;

namespace ReMem.Data.Fetch;

/// <summary>
/// The data sets that are fetched by name. Sizes and SHA-256 are those that TensorFlow Datasets records for the same addresses.
/// </summary>
internal static class KnownDatasets
{
    private const string Toronto = "https://www.cs.toronto.edu/~kriz/";
    private const string Oxford = "https://www.robots.ox.ac.uk/~vgg/data/";

    // Not encrypted: the hash shows whether the file is the published one.
    private const string Zalando = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KnownDataset> All { get; } =
    [
        new("cifar-10", "CIFAR-10 (Krizhevsky 2009)", Toronto + "cifar.html",
            new KnownFile("cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                Toronto + "cifar-10-binary.tar.gz")),
        new("cifar-100", "CIFAR-100 (Krizhevsky 2009)", Toronto + "cifar.html",
            new KnownFile("cifar-100-binary.tar.gz", 168513733, "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
                Toronto + "cifar-100-binary.tar.gz")),
        new("mnist", "MNIST (LeCun 1998)", "http://yann.lecun.com/exdb/mnist/",
            Mnist("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            Mnist("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            Mnist("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            Mnist("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")),
        new("fashion-mnist", "Fashion-MNIST (Xiao 2017)", "https://github.com/zalandoresearch/fashion-mnist",
            Fashion("train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            Fashion("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            Fashion("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            Fashion("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"))
        {
            Describe = DatasetTables.FashionMnist,
        },
        new("oxford-pets", "Oxford-IIIT Pets (Parkhi 2012)", Oxford + "pets/",
            new KnownFile("images.tar.gz", 791918971, "67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d",
                Oxford + "pets/data/images.tar.gz") { Into = "images" },
            new KnownFile("annotations.tar.gz", 19173078, "52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91",
                Oxford + "pets/data/annotations.tar.gz")
            {
                Into = "annotations",
                // The masks and boxes are thousands of files for other tasks.
                Wanted = path =>
                    path.EndsWith("/trainval.txt", StringComparison.Ordinal) || path.EndsWith("/test.txt", StringComparison.Ordinal),
            })
        {
            Describe = DatasetTables.OxfordPets,
        },
        new("flowers-102", "Oxford 102 Flowers (Nilsback 2008)", Oxford + "flowers/102/",
            new KnownFile("102flowers.tgz", 344862509, "2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246",
                Oxford + "flowers/102/102flowers.tgz") { Into = "jpg" },
            new KnownFile("imagelabels.mat", 502, "4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d",
                Oxford + "flowers/102/imagelabels.mat"),
            new KnownFile("setid.mat", 14989, "46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd",
                Oxford + "flowers/102/setid.mat"))
        {
            Describe = DatasetTables.Flowers102,
        },
        new("dtd", "Describable Textures, release 1.0.1 (Cimpoi 2014)", Oxford + "dtd/",
            new KnownFile("dtd-r1.0.1.tar.gz", 625239812, "e42855a52a4950a3b59612834602aa253914755c95b0cff9ead6d07395f8e205",
                Oxford + "dtd/download/dtd-r1.0.1.tar.gz"))
        {
            Describe = DatasetTables.Dtd,
        },
        new("eurosat", "EuroSAT, RGB (Helber 2019)", "https://github.com/phelber/EuroSAT",
            new KnownFile("EuroSAT.zip", 94280567, "8ebea626349354c5328b142b96d0430e647051f26efc2dc974c843f25ecf70bd",
                "https://huggingface.co/datasets/torchgeo/eurosat/resolve/c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip",
                "https://madm.dfki.de/files/sentinel/EuroSAT.zip")),
    ];

    /// <summary>The data set of a name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static KnownDataset Find(string name) =>
        All.FirstOrDefault(d => d.Name == name) ?? throw Nearest.Unknown("data set", name, [.. All.Select(d => d.Name)], "command line");

    private static KnownFile Mnist(string name, long bytes, string sha256) => new(
        name, bytes, sha256, "https://storage.googleapis.com/cvdf-datasets/mnist/" + name, "https://ossci-datasets.s3.amazonaws.com/mnist/"
            + name);

    private static KnownFile Fashion(string name, long bytes, string sha256) => new(name, bytes, sha256, Zalando + name);
}
