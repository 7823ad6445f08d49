using System.Globalization;
using System.Text.Json;
using CsvHelper;
using ReMem.Evaluation;
using ReMem.Runtime;

namespace ReMem.Cli.Output;

/// <summary>Prints predictions one by one as they are made: as a table, as CSV, as JSON Lines, or as one JSON object at the end.</summary>
internal sealed class PredictionWriter(string format, string model, TextWriter output) : IDisposable
{
    public static readonly string[] Formats = ["table", "csv", "jsonl", "json"];

    private readonly CsvWriter _csv = new(output, CultureInfo.InvariantCulture, leaveOpen: true);
    private readonly List<PredictionOutcome> _all = [];
    private bool _begun;

    public void Write(PredictionOutcome outcome)
    {
        switch (format)
        {
            case "json":
                _all.Add(outcome);
                break;
            case "jsonl":
                output.WriteLine(JsonSerializer.Serialize<object>(
                    outcome.Prediction is { } p ? p : new { outcome.File, Error = Reason(outcome) }, Json.Line));
                break;
            case "csv":
                Csv(outcome);
                break;
            default:
                if (outcome.Prediction is { } prediction)
                    Table(prediction);
                break;
        }
    }

    /// <summary>Ends the output.</summary>
    public void Dispose()
    {
        if (format == "json")
        {
            output.WriteLine(Json.Serialize(new
            {
                model,
                predictions = _all.Where(o => o.Prediction is not null).Select(o => o.Prediction),
                failed = _all.Where(o => o.Fault is not null).Select(o => new { o.File, Error = Reason(o) }),
            }));
        }

        _csv.Dispose();
    }

    /// <summary>One sentence that names the image.</summary>
    public static string Reason(PredictionOutcome outcome) =>
        outcome.Fault!.Message.Contains(outcome.File, StringComparison.Ordinal)
            ? outcome.Fault.Message
            : $"'{outcome.File}': {outcome.Fault.Message}";

    private void Table(Prediction prediction)
    {
        output.WriteLine(PlainText.Line(prediction.File));
        if (prediction.Answer == Predictor.Unknown)
            output.WriteLine($"  {Predictor.Unknown}; the best of it:");
        foreach (RankedClass c in prediction.Top)
            output.WriteLine(PlainText.Line(FormattableString.Invariant($"  {100 * c.Probability,6:0.00} %  {c.Label}")));
    }

    private void Csv(PredictionOutcome outcome)
    {
        if (!_begun)
            Row("file", "answer", "rank", "label", "probability", "error");
        _begun = true;
        if (outcome.Prediction is not { } prediction)
        {
            Row(outcome.File, "", "", "", "", Reason(outcome));
            return;
        }

        for (int i = 0; i < prediction.Top.Count; i++)
        {
            RankedClass c = prediction.Top[i];
            Row(outcome.File, prediction.Answer, (i + 1).ToString(CultureInfo.InvariantCulture), c.Label,
                c.Probability.ToString("0.######", CultureInfo.InvariantCulture), "");
        }
    }

    private void Row(params string[] cells)
    {
        foreach (string cell in cells)
            _csv.WriteField(cell);
        _csv.NextRecord();
        _csv.Flush();
    }
}
