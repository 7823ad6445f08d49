using ReMem.Export;
using ReMem.Export.Onnx;
using ReMem.Models;
using static TorchSharp.torch;
using DataLocation = ReMem.Export.Onnx.TensorProto.Types.DataLocation;

namespace ReMem.Tests.Export;

public class OnnxFileTests
{
    [Fact]
    public void One_file_is_what_protobuf_writes()
    {
        using var folder = new TemporaryFolder();
        string file = Export(folder, int.MaxValue);
        byte[] bytes = File.ReadAllBytes(file);
        ModelProto model = ModelProto.Parser.ParseFrom(bytes);
        Assert.Equal(bytes.Length, model.CalculateSize());
        TensorProto bias = model.Graph.Initializer.Single(t => t.Name == "fc.bias");
        Assert.Equal([3], bias.Dims);
        Assert.Equal(Bias(), bias.RawData.ToByteArray());
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Weights_go_next_to_the_file_when_it_would_be_a_byte_too_large()
    {
        using var folder = new TemporaryFolder();
        int size = (int)new FileInfo(Export(folder, int.MaxValue)).Length;
        Export(folder, size);
        Assert.False(File.Exists(folder.File("model.onnx.data")));
        Export(folder, size - 1);
        Assert.Equal(["model.onnx", "model.onnx.data"],
            Directory.GetFileSystemEntries(folder.Path).Select(f => Path.GetFileName(f)).Order());
        Assert.True(new FileInfo(folder.File("model.onnx")).Length < size / 4, "the weights are still in the file");
        byte[] data = File.ReadAllBytes(folder.File("model.onnx.data"));
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("model.onnx")));
        long end = 0;
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            long bytes = tensor.Dims.Aggregate(4L, (product, d) => product * d);
            bool outside = tensor.DataLocation == DataLocation.External;
            if (tensor.DataType == 1)
                Assert.Equal(bytes >= 1024, outside);
            if (!outside)
                continue;
            Dictionary<string, string> place = tensor.ExternalData.ToDictionary(e => e.Key, e => e.Value);
            Assert.Equal("model.onnx.data", place["location"]);
            Assert.Equal(bytes, long.Parse(place["length"], null));
            long offset = long.Parse(place["offset"], null);
            Assert.Equal(0, offset % 4096);
            Assert.True(offset >= end, "tensors overlap");
            end = offset + bytes;
        }

        Assert.Equal(end, data.Length);
    }

    [Fact]
    public void A_failed_export_leaves_the_earlier_pair()
    {
        using var folder = new TemporaryFolder();
        Export(folder, 0);
        byte[][] before = [File.ReadAllBytes(folder.File("model.onnx")), File.ReadAllBytes(folder.File("model.onnx.data"))];
        using ImageModel model = Model();
        using (no_grad())
            model.state_dict()["fc.weight"].fill_(1e5);
        Assert.Throws<InputException>(
            () => OnnxExporter.Export(model, folder.File("model.onnx"), new OnnxExportOptions { Half = true, MaxFileBytes = 0 }));
        Assert.Equal(before, [File.ReadAllBytes(folder.File("model.onnx")), File.ReadAllBytes(folder.File("model.onnx.data"))]);
        Assert.Equal(2, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [Fact]
    public void An_export_into_one_file_removes_the_weights_file_of_the_earlier_one_and_no_other()
    {
        using var folder = new TemporaryFolder();
        Export(folder, 0);
        Assert.True(File.Exists(folder.File("model.onnx.data")));
        Export(folder, int.MaxValue);
        Assert.Equal([folder.File("model.onnx")], Directory.GetFileSystemEntries(folder.Path));

        // Somebody else's file of that name is no part of ours.
        File.WriteAllText(folder.File("model.onnx.data"), "mine");
        Export(folder, int.MaxValue);
        Assert.Equal("mine", File.ReadAllText(folder.File("model.onnx.data")));
        File.WriteAllText(folder.File("model.onnx"), "no ONNX");
        Export(folder, int.MaxValue);
        Assert.Equal("mine", File.ReadAllText(folder.File("model.onnx.data")));
    }

    [Fact]
    public void A_folder_in_the_place_of_either_file_is_named()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("model.onnx"));
        Assert.Contains("model.onnx", Assert.Throws<InputException>(() => Export(folder, 0)).Message, StringComparison.Ordinal);
        Directory.Delete(folder.File("model.onnx"));
        Directory.CreateDirectory(folder.File("model.onnx.data"));
        Assert.Throws<InputException>(() => Export(folder, 0));
        Assert.Equal([folder.File("model.onnx.data")], Directory.GetFileSystemEntries(folder.Path));
    }

    private static string Export(TemporaryFolder folder, int maxFileBytes)
    {
        using ImageModel model = Model();
        string file = folder.File("model.onnx");
        OnnxExporter.Export(model, file, new OnnxExportOptions { MaxFileBytes = maxFileBytes });
        return file;
    }

    private static byte[] Bias()
    {
        using ImageModel model = Model();
        return model.state_dict()["fc.bias"].bytes.ToArray();
    }

    private static ImageModel Model()
    {
        ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 3 });
        Models.GoldenWeights.Fill(model);
        return model;
    }
}
