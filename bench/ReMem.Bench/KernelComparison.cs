using ReMem.Runtime;

namespace ReMem.Bench;

/// <summary>
/// What the ways to compute 1x1 convolutions cost: 'kernels [ROUNDS [THREADS]]'. Each of oneDNN's instruction sets has a process of its
/// own, for it is chosen once a process; in each, libtorch's convolution and the product take turns. All forms of a model take turns within
/// a round, so that what else the machine does meets all.
/// </summary>
internal sealed class KernelComparison(int rounds, int threads)
{
    public void Run()
    {
        KernelProcess[] processes = [.. ((string?[])[null, "AVX2", "AVX", "SSE41"]).Select(set => new KernelProcess(set, threads))];
        // oneDNN's products demand AVX-512.
        Form[] forms = [.. processes.SelectMany(p => Enum.GetValues<KernelForm>()
            .Where(f => f != KernelForm.Matmul || (p == processes[0] && OneDnnMatmul.IsOffered)).Select(f => new Form(p, f)))];
        try
        {
            var differences = new Dictionary<(KernelCase, Form), string>();
            var failures = new Dictionary<(KernelCase, Form), string>();
            foreach (KernelCase work in KernelCase.All)
            {
                foreach (Form form in forms)
                {
                    (KernelAnswer? answer, string? failure) = form.Process.Ask(work, form.Kind, compares: true);
                    differences[(work, form)] = failure ?? FormattableString.Invariant($"{answer!.Difference:0.0e0}");
                    Console.Error.WriteLine($"{Name(work)} {form}: {differences[(work, form)]} from float64");
                    if (failure is not null)
                        failures[(work, form)] = failure;
                }
            }

            Dictionary<(KernelCase, Form), List<Cost>> costs = Measure(forms, failures);
            Print(forms, costs, failures, differences);
        }
        finally
        {
            foreach (KernelProcess process in processes)
                process.Dispose();
        }
    }

    private Dictionary<(KernelCase, Form), List<Cost>> Measure(Form[] forms, Dictionary<(KernelCase, Form), string> failures)
    {
        var costs = new Dictionary<(KernelCase, Form), List<Cost>>();
        for (int round = 0; round <= rounds; round++)
        {
            foreach (KernelCase work in KernelCase.All)
            {
                foreach (Form form in forms.Where(f => !failures.ContainsKey((work, f))))
                {
                    (KernelAnswer? answer, string? failure) = form.Process.Ask(work, form.Kind, compares: false);
                    string seconds = failure ?? FormattableString.Invariant($"{answer!.Cost.Wall:0.000} s");
                    Console.Error.WriteLine($"round {round} {Name(work)} {form}: {seconds}");
                    if (failure is not null)
                        failures[(work, form)] = failure;
                    else if (round > 0)
                        (costs.TryGetValue((work, form), out List<Cost>? all) ? all : costs[(work, form)] = []).Add(answer!.Cost);
                }
            }
        }

        return costs;
    }

    private void Print(
        Form[] forms,
        Dictionary<(KernelCase, Form), List<Cost>> costs,
        Dictionary<(KernelCase, Form), string> failures,
        Dictionary<(KernelCase, Form), string> differences)
    {
        EnvironmentInfo environment = EnvironmentInfo.Current();
        Form plain = forms[0];
        string Cell(KernelCase work, Form form, Func<List<Cost>, string> text) =>
            failures.GetValueOrDefault((work, form)) ?? text(costs[(work, form)]);
        string RateOf(KernelCase work, Form form) =>
            Cell(work, form, own => new Spread(own.Select(c => work.Batch * work.Steps / c.Wall)).Text("0.0"));
        string Rate(KernelCase work) => RateOf(work, plain);

        // Where the default dies there is nothing to be relative to.
        string Ratio(KernelCase work, Form form, Func<Cost, double> of) => failures.ContainsKey((work, plain))
            ? $"{RateOf(work, form)} img/s"
            : Cell(work, form, own => new Spread(costs[(work, plain)].Zip(own, (a, b) => of(a) / of(b))).Text("0.00"));
        string Table(string first, Func<KernelCase, string>? rate, IEnumerable<Form> shown, Func<KernelCase, Form, string> cell)
        {
            string[] heads = ["model, side, batch", .. rate is null ? (string[])[] : [first], .. shown.Select(f => $"{f}")];
            string[] Cells(KernelCase work) =>
                [Name(work), .. rate is null ? (string[])[] : [rate(work)], .. shown.Select(f => cell(work, f))];
            IEnumerable<string> rows = KernelCase.All.Select(w => Row(Cells(w)));
            return string.Join('\n', [Row(heads), Row(heads.Select(_ => "---")), .. rows, ""]);
        }

        Console.WriteLine(
            $"{environment.Processor}, {environment.Cores} cores, {environment.Os}; {threads} threads. " +
            $"ReMem {environment.Version} ({environment.Commit}), libtorch {environment.Libtorch}.\n");
        Console.WriteLine(
            $"Forward and backward in float32, training mode; {rounds} rounds after one to warm up, medians and (lowest to highest). " +
            "Rates are relative to the default's convolution of the same round; higher is faster.\n");
        Console.WriteLine(Table($"{plain}, img/s", Rate, forms[1..], (w, f) => Ratio(w, f, c => c.Wall)));
        Console.WriteLine("The same by processor time, which other programs on the machine change less.\n");
        Console.WriteLine(Table("", null, forms[1..], (w, f) => Ratio(w, f, c => c.Processor)));
        Console.WriteLine("How far a batch's logits are from those of the same model in float64: the norm of the difference, relative.\n");
        Console.WriteLine(Table("", null, forms, (w, f) => differences[(w, f)]));
    }

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Name(KernelCase work) => $"{work.Model}, {work.Side} px, {work.Batch}";

    private sealed record Form(KernelProcess Process, KernelForm Kind)
    {
        public override string ToString() => $"{Process.Name}, {Kind switch
        {
            KernelForm.Convolution => "convolution",
            KernelForm.Product => "product",
            _ => "oneDNN product",
        }}";
    }
}
