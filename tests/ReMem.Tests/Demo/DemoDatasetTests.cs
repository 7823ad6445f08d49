using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Tests.Demo;

public class DemoDatasetTests
{
    [Fact]
    public void The_shipped_Parquet_files_open_as_a_data_set()
    {
        ImageDataset dataset = DatasetReader.Open(Path.Combine(Repository.Root, "demo", "emoji"));
        Assert.Equal(9, dataset.Classes.Count);
        Assert.Equal((1324, 332, 551), (dataset.Train.Count, dataset.Validation.Count, dataset.Test.Count));
        Assert.Equal(32, ImageDecoder.Decode(dataset.Test.Read(0), dataset.Test.Name(0)).Width);
    }
}
