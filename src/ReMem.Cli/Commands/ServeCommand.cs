using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using ReMem.Export;
using ReMem.Inference;
using ReMem.Serving;

namespace ReMem.Cli.Commands;

/// <summary>remem serve: an exported classifier over HTTP.</summary>
internal static class ServeCommand
{
    private const string KeyVariable = "REMEM_API_KEY";
    private const string Exported = "model.onnx";

    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "An ONNX file of 'remem export', or a folder that holds model.onnx, such as a run's.",
            HelpName = "FILE|DIR",
            Required = true,
        };
        var url = new Option<string>("--url")
        {
            Description = "Where to listen. Other machines need http://0.0.0.0:8080 and a key, or a reverse proxy.",
            HelpName = "URL",
            DefaultValueFactory = _ => new ServerOptions().Url,
        };
        var least = new Option<double>("--min-probability")
        {
            Description = "Answer 'unknown' where the best class is less probable than this.",
            HelpName = "P",
        };
        var threads = new Option<int>("--threads") { Description = "Threads of a run of the model. Default: all cores.", HelpName = "N" };
        var queue = new Option<int>("--max-queue")
        {
            Description = "Images that may wait; beyond that requests get status 429.",
            HelpName = "N",
            DefaultValueFactory = _ => new ServerOptions().MaxQueue,
        };
        Command command = Common.Command(
            "serve",
            "Serve an exported classifier over HTTP: POST /classify (a photo, a form or JSON), GET /model, /healthz, /metrics, "
                + $"/openapi/v1.json, and a page for photos. With {KeyVariable} set, requests need that key.",
            "remem serve --model student/model.onnx");
        foreach (Symbol symbol in new Symbol[] { model, url, least, threads, queue })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            var options = new ServerOptions
            {
                Url = ParseUrl(parsed.GetValue(url)!),
                ApiKey = Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? key : null,
                MinProbability = Evaluation.Predictor.RequireProbability(parsed.GetValue(least)),
                Threads = Within(parsed.GetValue(threads), 0, 1024, "--threads"),
                MaxQueue = Within(parsed.GetValue(queue), 1, 1_000_000, "--max-queue"),
            };
            Serve(FileOf(parsed.GetValue(model)!), options, cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Serve(string file, ServerOptions options, CancellationToken cancellationToken)
    {
        using OnnxImageClassifier classifier = Load(file, options);
        WebApplication app = ClassifierServer.Build(classifier, options);
        try
        {
            app.StartAsync(cancellationToken).GetAwaiter().GetResult();
        }
        catch (IOException e)
        {
            throw new InputException($"The service cannot listen on {options.Url}: {e.Message.TrimEnd('.')}.", "--url",
                "Give another port, such as --url http://127.0.0.1:8081.", e);
        }

        Console.WriteLine($"{file}: {classifier.Labels.Count} classes, {string.Join(", ", app.Urls)} (Ctrl-C stops)");
        cancellationToken.WaitHandle.WaitOne();
        app.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        app.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static OnnxImageClassifier Load(string file, ServerOptions options)
    {
        try
        {
            return OnnxImageClassifier.Load(file, new ClassifierOptions
            {
                MaxBatch = options.MaxBatch,
                MaxBytes = options.MaxBytes,
                MaxPixels = options.MaxPixels,
                MinProbability = options.MinProbability,
                Threads = options.Threads,
            });
        }
        catch (ModelException e)
        {
            throw new InputException(e.Message, "--model", "Give an ONNX file that 'remem export', 'run' or 'fit' wrote.", e);
        }
    }

    private static string FileOf(string path)
    {
        if (OnnxModel.IsFile(path) || !Directory.Exists(path))
            return path;
        string[] places = [Path.Combine(path, Exported), Path.Combine(path, "student", Exported)];
        return places.FirstOrDefault(File.Exists) ?? throw new InputException($"The folder holds no {Exported}.", path,
            "Export one with 'remem export --model-dir DIR --out model.onnx'.");
    }

    private static string ParseUrl(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? read) && read.Scheme == Uri.UriSchemeHttp && read.AbsolutePath == "/"
            ? url
            : throw new InputException($"'{url}' is no address to listen on.", "--url",
                "Write it as http://127.0.0.1:8080. For https, put a reverse proxy before it.");

    private static int Within(int value, int least, int most, string name) => value >= least && value <= most
        ? value
        : throw new InputException($"{name} is {value}; it must be between {least} and {most}.", "command line");
}
