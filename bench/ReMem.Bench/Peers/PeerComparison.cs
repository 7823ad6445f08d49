using System.Text.Json;
using ReMem.Models;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Bench.Peers;

/// <summary>
/// ViT-Ti/16 at 224 px and ViT-Ti/4 at 32 px against Debian's PyTorch, and as a share of the machine's matrix products. The two sides take
/// turns within each round, so that what else the machine does meets both.
/// </summary>
internal static class PeerComparison
{
    private const int ProductSize = 1536;
    private static readonly string[] Types = ["float32", "bfloat16"];

    /// <summary>Runs everything and prints the Markdown on stdout, progress on stderr.</summary>
    public static void Run(int rounds, int threads, string script)
    {
        set_num_threads(threads);
        EnvironmentInfo environment = EnvironmentInfo.Current();
        string loadBefore = Load();
        using var peer = new PeerProcess(script, threads, $"{threads}");
        var own = new OwnSide();
        PeerWork[] works = [.. Types.SelectMany(Works)];
        var times = works.ToDictionary(w => w, _ => new List<(PeerAnswer Own, PeerAnswer Peer)>());
        for (int round = 0; round <= rounds; round++)
        {
            foreach (PeerWork work in works)
            {
                PeerAnswer ours = own.Run(work), theirs = peer.Ask<PeerAnswer>(JsonSerializer.Serialize(work));
                if (ours.Parameters != theirs.Parameters)
                    throw new InvalidOperationException($"The models differ: {ours.Parameters} and {theirs.Parameters} parameters.");
                Console.Error.WriteLine(FormattableString.Invariant(
                    $"round {round} {work.Name} {work.Type}: {ours.Seconds:0.00} s, PyTorch {theirs.Seconds:0.00} s"));
                if (round > 0)
                    times[work].Add((ours, theirs));
            }
        }

        IEnumerable<string> versions = peer.Environment.Select(e => $"{e.Key} {e.Value}");
        string[] lines =
        [
            $"{environment.Processor}, {environment.Cores} cores, {environment.Os}; {threads} threads on both sides; {rounds} rounds "
                + "after one to warm up, medians and (least to most).",
            $"ReMem {environment.Version} ({environment.Commit}), {environment.Dotnet}, TorchSharp {environment.TorchSharp}, "
                + $"libtorch {environment.Libtorch}.",
            $"Peer: {string.Join(", ", versions)}. Load average before {loadBefore}, after {Load()}.",
            "",
            .. Table(times),
            "",
            .. LoadTime.Table(rounds),
        ];
        Console.WriteLine(string.Join('\n', lines));
    }

    private static IEnumerable<PeerWork> Works(string type) =>
    [
        new("matrix product", ProductSize, 0, 0, false, type, 6),
        new("ViT-Ti/16 at 224, forward", 224, 16, 8, false, type, 2),
        new("ViT-Ti/16 at 224, forward + backward", 224, 16, 8, true, type, 1),
        new("ViT-Ti/4 at 32, forward", 32, 4, 32, false, type, 2),
        new("ViT-Ti/4 at 32, forward + backward", 32, 4, 32, true, type, 1),
    ];

    private static IEnumerable<string> Table(Dictionary<PeerWork, List<(PeerAnswer Own, PeerAnswer Peer)>> times)
    {
        var peaks = times.Where(t => t.Key.Patch == 0)
            .ToDictionary(t => t.Key.Type, t => t.Value.SelectMany(v => new[] { v.Own, v.Peer }).Max(a => Operations(t.Key) / a.Seconds));
        yield return "| type | work | ReMem | PyTorch | ReMem / PyTorch | the same by processor time | share of peak: ReMem, PyTorch |";
        yield return "| --- | --- | --- | --- | --- | --- | --- |";
        foreach ((PeerWork work, var values) in times)
        {
            bool product = work.Patch == 0;
            double operations = Operations(work), unit = product ? operations / 1e9 : work.Batch * work.Steps;
            string format = product ? "0" : "0.0";
            string Rate(IEnumerable<PeerAnswer> side) => new Spread(side.Select(a => unit / a.Seconds)).Text(format);
            string Share(IEnumerable<PeerAnswer> side) =>
                FormattableString.Invariant($"{100 * operations / peaks[work.Type] / new Spread(side.Select(a => a.Seconds)).Median:0} %");
            PeerAnswer[] own = [.. values.Select(v => v.Own)], peer = [.. values.Select(v => v.Peer)];
            string ratio = new Spread(values.Select(v => v.Peer.Seconds / v.Own.Seconds)).Text("0.00"),
                byCpu = new Spread(values.Select(v => v.Peer.Cpu / v.Own.Cpu)).Text("0.00");
            yield return $"| {work.Type} | {work.Name} | {Rate(own)} {(product ? "GFLOP/s" : "img/s")} | {Rate(peer)} | {ratio} | "
                + $"{byCpu} | {Share(own)}, {Share(peer)} |";
        }
    }

    /// <summary>Floating-point operations of a measurement: two a multiply-accumulate; a backward pass is two forward passes.</summary>
    private static double Operations(PeerWork work)
    {
        if (work.Patch == 0)
            return 2.0 * work.Steps * work.Size * work.Size * work.Size;
        using ImageModel model = OwnSide.Create(work);
        return 2.0 * ModelStatistics.Of(model).Macs * work.Batch * work.Steps * (work.Backward ? 3 : 1);
    }

    private static string Load() =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
}
