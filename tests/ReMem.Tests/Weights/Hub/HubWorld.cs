using System.Collections.Concurrent;
using ReMem.Runtime.Downloads;
using ReMem.Weights.Hub;

namespace ReMem.Tests.Weights.Hub;

/// <summary>A server, a cache folder of its own, and a source that uses them, patient for milliseconds only.</summary>
internal sealed class HubWorld : IDisposable
{
    public const string Token = "hf_verysecrettoken";
    private readonly TemporaryFolder _folder = new();
    private readonly Recorder _recorder = new();

    public HubWorld()
    {
        Options = new HubOptions
        {
            Endpoint = Server.Address,
            HubCache = _folder.File("hub"),
            UrlCache = _folder.File("urls"),
            Token = Token,
            Attempts = 4,
            BackOffSeconds = 0.01,
            ResponseSeconds = 60,
            StallSeconds = 60,
        };
        Server.Files["config.json"] = "{}"u8.ToArray();
        Server.Files["model.safetensors"] = HubServer.Noise(300_000);
    }

    public HubServer Server { get; } = new();

    public HubOptions Options { get; set; }

    public string Root => Path.Combine(Options.HubCache, "models--me--model");

    public IReadOnlyCollection<TransferProgress> Progress => _recorder.Reports;

    public string Lines => string.Join('\n', Progress.Select(p => p.Message).Where(m => m is not null));

    /// <summary>Whether a transfer got to that many bytes.</summary>
    public bool Has(int bytes) => Progress.Any(p => p.Bytes == bytes);

    public string File(string name) => _folder.File(name);

    public WeightSource Source() => new(Options, _recorder);

    public string Resolve(string source = "hf-hub:me/model") => Source().ResolveFile(source);

    /// <summary>The error has one sentence, a remedy, and neither the token nor a signed query anywhere.</summary>
    public T Fails<T>(string source = "hf-hub:me/model", Action<string>? resolve = null)
        where T : ReMemException
    {
        T error = Assert.ThrowsAny<T>(() => (resolve ?? (s => Resolve(s)))(source));
        Assert.Equal(typeof(T) == typeof(InputException), error is InputException);
        Assert.NotNull(error.Remedy);
        Assert.DoesNotContain('\n', error.Message);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        foreach (string secret in new[] { Token, "s3cret" })
        {
            Assert.DoesNotContain(secret, $"{error}{error.Where}{error.Remedy}{Lines}{Options}", StringComparison.Ordinal);
            foreach (string file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
                .Where(f => f.EndsWith(".json", StringComparison.Ordinal)))
                Assert.DoesNotContain(secret, System.IO.File.ReadAllText(file), StringComparison.Ordinal);
        }

        return error;
    }

    public void Dispose()
    {
        Server.Dispose();
        _folder.Dispose();
    }

    private sealed class Recorder : IProgress<TransferProgress>
    {
        private readonly ConcurrentQueue<TransferProgress> _reports = [];

        public IReadOnlyCollection<TransferProgress> Reports => _reports;

        public void Report(TransferProgress value) => _reports.Enqueue(value);
    }
}
