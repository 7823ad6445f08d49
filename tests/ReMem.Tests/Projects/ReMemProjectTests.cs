using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using ReMem.Distillation;
using ReMem.Distillation.Losses;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Projects;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Tests.Data;
using ReMem.Tests.Training;
using ReMem.Training;
using ReMem.Weights;

namespace ReMem.Tests.Projects;

/// <summary>The library as a program uses it, on images of noise.</summary>
[Collection(TorchGenerator.Name)]
public sealed class ReMemProjectTests : IDisposable
{
    private static readonly TrainingOptions Short = new() { Epochs = 2, WarmupEpochs = 0, BatchSize = 16, Lr = 1e-3 };
    private static readonly FineTuneOptions Teacher = new()
    {
        Model = "vit_pico_patch4_32",
        ImageSize = 16,
        Preparation = TeacherPreparations.Sam | TeacherPreparations.Calibrated,
        Training = Short,
    };

    private readonly TemporaryFolder _folder = new();

    public ReMemProjectTests()
    {
        foreach (string name in new[] { "a", "b" })
        {
            for (int i = 0; i < 40; i++)
                _folder.Add($"photos/{name}/{i}.png", TestImages.Noise(20, 20, name, i));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task From_images_to_a_checked_file_with_progress_log_and_telemetry()
    {
        var log = new Lines();
        ReMemProject project = await Open(new ProjectOptions { Seed = 2, Logger = log });
        Assert.Equal(["a", "b"], project.Classes);
        Assert.Equal(80, project.Images.Train + project.Images.Validation + project.Images.Test);

        var activities = new List<Activity>();
        using var tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ReMem",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(tracing);
        var losses = new List<double>();
        using var metering = new MeterListener();
        metering.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "ReMem", Name: "remem.training.loss" })
                listener.EnableMeasurementEvents(instrument);
        };
        metering.SetMeasurementEventCallback<double>((_, value, _, _) => losses.Add(value));
        metering.Start();

        var told = new List<ProgressReport>();
        TrainedModel teacher = await project.FineTuneAsync(_folder.File("teacher"), Teacher, new TinyTraining.Watcher(told.Add));
        Assert.Equal(2, teacher.Training.Epochs.Count);
        Assert.Equal([1, 2], told.OfType<EpochProgress>().Select(e => e.Record.Epoch));
        Assert.Equal(teacher.Training.Epochs.Select(e => e.TrainLoss), losses);
        Assert.NotEmpty(told.OfType<StepProgress>());
        Assert.Contains(told.OfType<MessageProgress>(), m => m.Message.StartsWith("calibrated", StringComparison.Ordinal));
        Assert.Equal(told.Where(t => t.Message is not null).Select(t => $"{t.Stage}: {t.Message}"), log.Said);

        TrainedModel student = await project.DistillAsync(_folder.File("student"), new DistillOptions
        {
            Model = "resnet20",
            Teachers = [teacher.Folder],
            Distillation = new DistillationOptions { Weight = 0.9 },
            Training = Short,
        });
        ClassificationMetrics scores = await project.EvaluateAsync(student.Folder);
        Assert.Equal((student.Test.Top1, student.Test.Count), (scores.Top1, scores.Count));

        string file = await project.ExportOnnxAsync(student.Folder, _folder.File("model.onnx"));
        Assert.Equal(_folder.File("model.onnx"), file);
        Assert.Equal(scores.BalancedAccuracy, (await project.EvaluateAsync(file)).BalancedAccuracy, 1e-9);
        Assert.Equal(["remem.finetune", "remem.distill", "remem.evaluate", "remem.export", "remem.evaluate"],
            activities.Where(a => Equals(a.GetTagItem("remem.source"), project.Source)).Select(a => a.OperationName));
    }

    [Fact]
    public async Task A_cancelled_call_continues_and_ends_with_the_same_weights()
    {
        ReMemProject project = await Open();
        await project.FineTuneAsync(_folder.File("whole"), Teacher);
        using var stop = new CancellationTokenSource();
        var watcher = new TinyTraining.Watcher(report =>
        {
            if (report is EpochProgress)
                stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            project.FineTuneAsync(_folder.File("parts"), Teacher, watcher, stop.Token));
        Assert.False(File.Exists(_folder.File("parts/model.safetensors")));
        TrainedModel model = await project.FineTuneAsync(_folder.File("parts"), Teacher);
        Assert.Equal(2, model.Training.Epochs.Count);
        Assert.Equal(
            File.ReadAllBytes(_folder.File("whole/model.safetensors")), File.ReadAllBytes(_folder.File("parts/model.safetensors")));
    }

    [Fact]
    public async Task A_model_is_fitted()
    {
        TorchSharp.torch.manual_seed(1);
        using (ImageModel pretrained = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 2 }))
            ModelFolder.Save(_folder.File("pretrained"), pretrained, ["x", "y"]);
        FittedModel model = await (await Open()).FitAsync(_folder.File("fit"), new ModelFitOptions
        {
            Time = TimeSpan.FromSeconds(60),
            Teacher = "vit_pico_patch4_32",
            TeacherWeights = _folder.File("pretrained/model.safetensors"),
            Student = "resnet20",
            StudentWeights = "none",
            ImageSize = 16,
            Balanced = true,
        });
        Assert.True(File.Exists(model.File) && File.Exists(model.Report));
        Assert.InRange(model.Top1, model.Top1Interval.Low, model.Top1Interval.High);
        Assert.Equal(model.Method == "none", model.TeacherTop1 is null);
        Assert.NotNull(model.LabelsAloneTop1);
        Assert.Contains("select_by: balanced", File.ReadAllText(_folder.File("fit/recipe.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_a_sentence_and_leaves_no_folder()
    {
        await Assert.ThrowsAsync<InputException>(() => ReMemProject.OpenAsync(_folder.File("none")));
        ReMemProject project = await Open();
        string work = _folder.File("work");
        await Refused("'teacher.training.lr' is", () =>
            project.FineTuneAsync(work, Teacher with { Training = Short with { Lr = -1 } }));
        await Refused("'teacher.rho' is '50'", () =>
            project.FineTuneAsync(work, Teacher with { Options = Teacher.Options with { Rho = 50 } }));
        await Refused("auto", () =>
            project.FineTuneAsync(work, Teacher with { Preparation = TeacherPreparations.Auto | TeacherPreparations.Sam }));
        await Refused("vit_pico_patch4_33", () => project.FineTuneAsync(work, Teacher with { Model = "vit_pico_patch4_33" }));
        await Refused("student.distillation.temperature", () =>
            project.DistillAsync(work, new DistillOptions { Distillation = new DistillationOptions { Temperature = -1 } }));
        await Refused("The time is", () => project.FitAsync(work, new ModelFitOptions { Time = TimeSpan.Zero }));
        await Refused("ImageSize is 1", () => project.FitAsync(work, new ModelFitOptions { ImageSize = 1 }));
        Assert.False(Directory.Exists(work));

        static async Task Refused(string what, Func<Task> call)
        {
            InputException error = await Assert.ThrowsAsync<InputException>(call);
            Assert.Contains(what, error.Message, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("options:", error.Where ?? string.Empty, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Texts_of_settings_are_those_that_the_settings_read()
    {
        foreach (string text in (string[])[Reweighting.None, Reweighting.Auto, Reweighting.Top(2, 0.5), Reweighting.Ramp(0.25),
            Reweighting.Balanced(0.5), Reweighting.AttentionTop(1, 0), Reweighting.AttentionRamp(2)])
            Assert.Equal(text, ReweightingPolicy.Parse(text).ToString());
        Assert.Equal(
            [typeof(SharpnessPolicy.Sam), typeof(SharpnessPolicy.Every), typeof(SharpnessPolicy.LookSam), typeof(SharpnessPolicy.Momentum),
                typeof(SharpnessPolicy.Momentum)],
            ((string[])[Sharpness.Sam, Sharpness.Every(3), Sharpness.LookSam(3, 0.7), Sharpness.Momentum(0.9), Sharpness.Msam(0.9)])
                .Select(text => SharpnessPolicy.Parse(text).GetType()));
        Assert.Equal(new SharpnessPolicy.LookSam(3, 0.7), SharpnessPolicy.Parse(Sharpness.LookSam(3, 0.7)));

        // Every term of the objective has its form, and no form is of another term.
        string[] terms = [Objective.Kl, Objective.Hard, Objective.Standardized, Objective.Dkd(2, 7.5), Objective.Dist(), Objective.Rkd(),
            Objective.Hint, Objective.Cosine, Objective.Tokens, Objective.Attention()];
        Assert.Equal(LossTerms.All.Select(t => t.Name).Except([LossTerms.PseudoLabels]), terms.Select(t => t.Split('(')[0]));
        string sum = Objective.Sum(
            [Objective.Kl, Objective.Weighted(0.00001, Objective.Rkd(1, 2)), Objective.Weighted(1, 0.5, Objective.Hint), .. terms]);
        Assert.StartsWith("kl + 1E-05*rkd(1,2) + linear(1,0.5)*hint + kl + hard", sum, StringComparison.Ordinal);
        Assert.Equal(sum, DistillationObjective.Parse(sum).ToString());
        foreach (string schedule in (string[])[Schedule.Constant, Schedule.WithLearningRate, Schedule.Linear(0.25), Schedule.Cosine(0.5)])
        {
            Assert.Equal(WeightSchedule.Parse(schedule), RadiusSchedule.Parse(schedule));
            Assert.Equal(schedule == Schedule.Constant, RadiusSchedule.Parse(schedule).IsConstant);
        }
    }

    [Fact]
    public void Every_preparation_is_a_method()
    {
        Assert.Equal(
            TeacherMethod.All.Where(m => m.HasTeacher && !m.TeachesClassOnly && m != TeacherMethod.Both).Select(m => m.Name).Order(),
            Enum.GetNames<TeacherPreparations>().Select(n => n.ToLowerInvariant()).Order());
    }

    private Task<ReMemProject> Open(ProjectOptions? options = null) => ReMemProject.OpenAsync(_folder.File("photos"), options);

    private sealed class Lines : ILogger
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Said.Add(formatter(state, exception));
    }
}
