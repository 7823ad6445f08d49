using ReMem.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public sealed class TrainingCheckpointTests : IDisposable
{
    private static readonly TrainingResult Done = new([new EpochRecord(1, 0.7, 0.1, 1e-3, 0.25, 1.5, 12)], 40, 2, 12.5);
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("state");

    [Fact]
    public void Everything_comes_back()
    {
        using var scope = NewDisposeScope();
        using ImageModel saved = Model(Convolutional), read = Model(Convolutional, seed: 6);
        using var from = new AdamW(new ParameterSet(saved), 0.1) { Steps = 40 };
        from.State["exp_avg"].fill_(0.25f);
        from.State["exp_avg_sq"].fill_(3);
        using var into = new AdamW(new ParameterSet(read), 0.1);
        new TrainingCheckpoint(File, "a").Save(saved, from, Done);
        AssertSame(Done, new TrainingCheckpoint(File, "a").TryResume(read, into)!);
        AssertSame(saved, read);
        Assert.Equal(40, into.Steps);
        Assert.All(from.State, entry => Assert.True(Goldens.Same(entry.Value, into.State[entry.Key])));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_validation_that_is_not_finite_can_be_kept()
    {
        TrainingResult diverged = Done with
        {
            Epochs = [Done.Epochs[0] with { ValidationLoss = double.PositiveInfinity, ValidationTop1 = null }],
        };
        TrainingResult read = SaveAndResume(diverged);
        Assert.Equal(diverged.Epochs[0] with { ValidationLoss = null }, read.Epochs[0]);
    }

    [Theory]
    [InlineData("bn1.running_var")]
    [InlineData("layer3.2.conv2.weight")]
    [InlineData(null)]
    public void What_is_not_finite_is_never_written(string? broken)
    {
        using ImageModel model = Model(Convolutional);
        using var optimizer = new AdamW(new ParameterSet(model), 0.1);
        new TrainingCheckpoint(File, "a").Save(model, optimizer, Done);
        byte[] before = System.IO.File.ReadAllBytes(File);
        using (no_grad())
            (broken is null ? optimizer.State["exp_avg_sq"] : model.state_dict()[broken]).fill_(float.PositiveInfinity);
        ReMemException error = Assert.Throws<ReMemException>(() => new TrainingCheckpoint(File, "a").Save(model, optimizer, Done));
        string name = broken is null ? "optimizer.exp_avg_sq" : $"model.{broken}";
        Assert.Equal($"The tensor '{name}' holds infinity, so the checkpoint of epoch 1 is not written.", error.Message);
        Assert.Equal(File, error.Where);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    /// <summary>As versions before this one left them.</summary>
    [Fact]
    public void A_file_with_numbers_that_are_not_finite_is_refused_and_changes_nothing()
    {
        using ImageModel saved = Model(Convolutional), model = Model(Convolutional, seed: 6), same = Model(Convolutional, seed: 6);
        using var optimizer = new Sgd(new ParameterSet(saved), 0, 0.9);
        new TrainingCheckpoint(File, "a").Save(saved, optimizer, Done);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, bytes.Length - sizeof(float));
        System.IO.File.WriteAllBytes(File, bytes);
        using var other = new Sgd(new ParameterSet(model), 0, 0.9);
        InputException error = Assert.Throws<InputException>(() => new TrainingCheckpoint(File, "a").TryResume(model, other));
        Assert.Contains("holds NaN or infinity", error.Message, StringComparison.Ordinal);
        Assert.Contains("start over", error.Remedy, StringComparison.Ordinal);
        AssertSame(same, model);
    }

    [Fact]
    public void Without_a_file_there_is_nothing_to_resume()
    {
        using ImageModel model = Model(Convolutional);
        using var optimizer = new Sgd(new ParameterSet(model), 0, 0.9);
        Assert.Null(new TrainingCheckpoint(File, "a").TryResume(model, optimizer));
    }

    [Fact]
    public void Another_trainings_file_changes_nothing()
    {
        using ImageModel saved = Model(Convolutional), model = Model(Convolutional, seed: 6), same = Model(Convolutional, seed: 6);
        using var optimizer = new Sgd(new ParameterSet(saved), 0, 0.9);
        new TrainingCheckpoint(File, "a").Save(saved, optimizer, Done);
        InputException error = Assert.Throws<InputException>(() => new TrainingCheckpoint(File, "b").TryResume(model, optimizer));
        Assert.Equal(File, error.Where);
        AssertSame(same, model);
    }

    [Fact]
    public void A_file_that_was_cut_short_is_an_input_error()
    {
        SaveAndResume(Done);
        byte[] whole = System.IO.File.ReadAllBytes(File);
        foreach (int length in new[] { 0, 5, whole.Length / 2, whole.Length - 1 })
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            Assert.Throws<InputException>(() => Resume(Convolutional));
        }
    }

    [Theory]
    [InlineData(Vit)]
    [InlineData("resnet18")]
    public void A_file_of_another_model_is_an_input_error_even_under_the_same_name(string other)
    {
        SaveAndResume(Done);
        InputException error = Assert.Throws<InputException>(() => Resume(other));
        Assert.Equal(File, error.Where);
    }

    [Fact]
    public void A_saved_file_replaces_the_last_one_whole()
    {
        SaveAndResume(Done);
        TrainingResult later = Done with { Steps = 80 };
        Assert.Equal(80, SaveAndResume(later).Steps);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private TrainingResult SaveAndResume(TrainingResult done)
    {
        using ImageModel model = Model(Convolutional);
        using var optimizer = new Sgd(new ParameterSet(model), 0, 0.9);
        new TrainingCheckpoint(File, "a").Save(model, optimizer, done);
        return Resume(Convolutional);
    }

    private TrainingResult Resume(string name)
    {
        using ImageModel model = Model(name);
        using var optimizer = new Sgd(new ParameterSet(model), 0, 0.9);
        return new TrainingCheckpoint(File, "a").TryResume(model, optimizer)!;
    }
}
