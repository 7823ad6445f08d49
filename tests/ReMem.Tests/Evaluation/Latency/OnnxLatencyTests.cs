using ReMem.Evaluation.Latency;
using ReMem.Export;
using ReMem.Models;
using ReMem.Tests.Training;

namespace ReMem.Tests.Evaluation.Latency;

[Collection(TorchGenerator.Name)]
public sealed class OnnxLatencyTests : IDisposable
{
    private static readonly LatencyOptions Few = new() { Runs = 3, Warmup = 1, Batches = [1, 2], Threads = [1] };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_form_of_file_is_measured()
    {
        string[] files =
            [.. Enum.GetValues<OnnxInput>().Select(input => Exported($"{input}.onnx", new OnnxExportOptions { Input = input }))];
        IReadOnlyList<LatencyResult> results = OnnxLatency.Measure(files, Few, null, TestContext.Current.CancellationToken);
        Assert.Equal(files, results.Select(r => r.Path));
        foreach (LatencyResult result in results)
        {
            Assert.Equal([(1, 1), (1, 2)], result.Rows.Select(r => (r.Threads, r.Batch)));
            Assert.All(result.Rows, r => Assert.True(r.P50 > 0 && r.P95 >= r.P50 && r.ImagesPerSecond > 0));
            Assert.Equal(new FileInfo(result.Path).Length, result.Bytes);
            Assert.True(result.LoadMilliseconds > 0);
        }
    }

    [Fact]
    public void Weights_outside_count()
    {
        string file = Exported("outside.onnx", new OnnxExportOptions { MaxFileBytes = 0 });
        LatencyResult result = OnnxLatency.Measure([file], Few, null, TestContext.Current.CancellationToken).Single();
        Assert.Equal(new FileInfo(file).Length + new FileInfo($"{file}.data").Length, result.Bytes);
    }

    [Fact]
    public void Percentiles_are_those_of_the_sorted_times()
    {
        LatencyRow row = OnnxLatency.Row(2, 16, [.. Enumerable.Range(1, 100).Select(i => (double)(101 - i))]);
        Assert.Equal(new LatencyRow(2, 16, 50, 95, 320), row);
        Assert.Equal(new LatencyRow(1, 1, 4, 4, 250), OnnxLatency.Row(1, 1, [4]));
    }

    [Fact]
    public void What_cannot_be_measured_is_one_sentence()
    {
        string Refused(string file, LatencyOptions options) =>
            Assert.Throws<InputException>(() => OnnxLatency.Measure([file], options, null, TestContext.Current.CancellationToken)).Message;
        string good = Exported("good.onnx", new OnnxExportOptions()), broken = _folder.File("broken.onnx");
        File.WriteAllText(broken, "no protobuf");
        Assert.Contains("cannot load the file", Refused(broken, Few), StringComparison.Ordinal);
        Assert.Contains("does not exist", Refused(_folder.File("nosuch.onnx"), Few), StringComparison.Ordinal);
        Assert.Contains("--batch is 0", Refused(good, Few with { Batches = [0] }), StringComparison.Ordinal);
        Assert.Contains("--threads is 4096", Refused(good, Few with { Threads = [4096] }), StringComparison.Ordinal);
        Assert.Contains("--batch is empty", Refused(good, Few with { Batches = [] }), StringComparison.Ordinal);
    }

    private string Exported(string name, OnnxExportOptions options)
    {
        using ImageModel model = TinyTraining.Model(TinyTraining.Convolutional);
        OnnxExporter.Export(model, _folder.File(name), options);
        return _folder.File(name);
    }
}
