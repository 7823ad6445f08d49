using ReMem.Data;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Tests.Data;
using TorchSharp;

namespace ReMem.Tests.Evaluation;

public sealed class PredictorTests : IDisposable
{
    private static readonly string[] Names = ["ant", "bee", "cat", "dog"];
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void It_sees_a_file_as_the_evaluator_sees_a_split()
    {
        using ImageModel model = Model();
        byte[] encoded = TestImages.Encode(40, 30, 7);
        Prediction prediction = new Predictor(model, Names).Predict(Write("a.png", encoded), 4);

        var loader = new BatchLoader(new MemorySource([encoded]), model.EvaluationView(), new LoaderOptions());
        using ModelOutputs outputs = Evaluator.Run(model, loader);
        float[] logits = outputs.Logits.data<float>().ToArray();
        Assert.Equal(_folder.File("a.png"), prediction.File);
        Assert.Equal([0, 1, 2, 3], prediction.Top.Select(c => c.Index).Order());
        Assert.All(prediction.Top, c => Assert.Equal(logits[c.Index], c.Logit, 1e-4));
    }

    [Fact]
    public void The_best_come_first_with_their_names_and_probabilities()
    {
        using ImageModel model = Model();
        string file = Write("a.png", TestImages.Encode(32, 32, 3));
        var predictor = new Predictor(model, Names);
        IReadOnlyList<RankedClass> all = predictor.Predict(file, 99).Top;
        Assert.Equal(4, all.Count);
        Assert.Equal(all.OrderByDescending(c => c.Logit), all);
        Assert.All(all, c => Assert.Equal(Names[c.Index], c.Label));
        Assert.Equal(1, all.Sum(c => c.Probability), 1e-5);
        Assert.Equal(all[0].Logit - all[1].Logit, Math.Log(all[0].Probability / all[1].Probability), 1e-4);
        Assert.Equal(all.Take(2), predictor.Predict(file, 2).Top);
    }

    [Fact]
    public void A_model_in_training_mode_predicts_in_eval_mode()
    {
        using ImageModel model = Model();
        model.train();
        string file = Write("a.png", TestImages.Encode(32, 32, 3));
        var predictor = new Predictor(model, Names);
        Assert.False(model.training);
        Assert.Equal(predictor.Predict(file, 4).Top, predictor.Predict(file, 4).Top);
    }

    [Fact]
    public void Names_that_do_not_count_the_models_classes_are_an_input_error()
    {
        using ImageModel model = Model();
        InputException error = Assert.Throws<InputException>(() => new Predictor(model, ["ant", "bee"]));
        Assert.Equal("There are 2 labels for a model of 4 classes.", error.Message);
    }

    [Fact]
    public void A_missing_or_broken_file_is_an_input_error_that_names_it()
    {
        using ImageModel model = Model();
        var predictor = new Predictor(model, Names);
        string missing = _folder.File("no.png");
        Assert.Equal(missing, Assert.Throws<InputException>(() => predictor.Predict(missing, 1)).Where);
        InputException error = Assert.Throws<InputException>(() => predictor.Predict(Write("text.png", "no image"u8.ToArray()), 1));
        Assert.Contains("text.png", error.Message + error.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_stays_behind()
    {
        using ImageModel model = Model();
        var predictor = new Predictor(model, Names);
        string file = Write("a.png", TestImages.Encode(32, 32, 3));
        predictor.Predict(file, 1);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        predictor.Predict(file, 1);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Labels_are_lines_without_WordNet_ids()
    {
        string file = Write("labels.txt", "n01440764 tench, Tinca tinca\r\nplain name\n\nn0144076x kept as it is\nnest\n"u8.ToArray());
        Assert.Equal(["tench, Tinca tinca", "plain name", "n0144076x kept as it is", "nest"], Predictor.ReadLabels(file));
        Assert.Throws<InputException>(() => Predictor.ReadLabels(_folder.File("none.txt")));
    }

    [Fact]
    public void A_broken_image_does_not_cost_the_others_their_answers()
    {
        using ImageModel model = Model();
        var predictor = new Predictor(model, Names);
        string[] files =
        [
            .. Enumerable.Range(0, 40)
                .Select(i => i % 7 == 3
                    ? Write($"{i}.png", "no image"u8.ToArray())
                    : i == 5 ? _folder.File("gone.png") : Write($"{i}.png", TestImages.Encode(32, 32, i))),
        ];
        PredictionOutcome[] outcomes = [.. predictor.PredictAll(files, 4)];
        Assert.Equal(files, outcomes.Select(o => o.File));
        for (int i = 0; i < files.Length; i++)
        {
            Assert.Equal(i % 7 == 3 || i == 5, outcomes[i].Fault is not null);
            Assert.Equal(outcomes[i].Fault is null, outcomes[i].Prediction is not null);
            if (outcomes[i].Prediction is not { } prediction)
                continue;
            IReadOnlyList<RankedClass> alone = predictor.Predict(files[i], 4).Top;
            Assert.Equal(files[i], prediction.File);
            Assert.All(prediction.Top, c => Assert.Equal(alone.Single(a => a.Index == c.Index).Logit, c.Logit, 1e-4));
        }
    }

    [Fact]
    public void What_the_model_is_not_sure_of_is_unknown()
    {
        using ImageModel model = Model();
        string file = Write("a.png", TestImages.Encode(32, 32, 3));
        RankedClass best = new Predictor(model, Names).Predict(file, 1).Top[0];
        Assert.Equal(best.Label, new Predictor(model, Names) { MinProbability = best.Probability }.Predict(file, 1).Answer);
        Prediction unsure = new Predictor(model, Names) { MinProbability = Math.Min(1, best.Probability + 1e-6) }.Predict(file, 2);
        Assert.Equal(("unknown", 2), (unsure.Answer, unsure.Top.Count));
        foreach (double wrong in new[] { -0.1, 1.1, double.NaN })
            Assert.Contains("between 0 and 1",
                Assert.Throws<InputException>(() => new Predictor(model, Names) { MinProbability = wrong }).Message);
    }

    public void Dispose() => _folder.Dispose();

    private static ImageModel Model() =>
        ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = Names.Length, ImageSize = 16 });

    private string Write(string name, byte[] content)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
