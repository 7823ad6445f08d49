using ReMem.Evaluation;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The contrastive bound (InfoNCE, van den Oord 2018): a critic learns which of N images' codes belongs to a feature; I >= ln N - its
/// cross-entropy on test images. It cannot exceed ln N, however much the feature keeps.
/// </summary>
internal static class InfoNceCheck
{
    public const int FeatureDimensions = 128;
    public const int CodeDimensions = 64;
    private const int MaxCandidates = 256;
    private const int Epochs = 40;
    private const int Rounds = 4;
    private const double LearningRate = 2e-3;
    private const double WeightDecay = 0.05;

    /// <summary>Measures with one critic per seed, stopped where it is best on held-out training rows.</summary>
    public static InformationCheck Measure(
        (Tensor Features, Tensor Codes) train, (Tensor Features, Tensor Codes) test, InformationMeterOptions options,
        CancellationToken cancellationToken)
    {
        int candidates = (int)Math.Min(MaxCandidates, test.Features.shape[0]);
        double[] nats = new double[options.Seeds];
        for (int i = 0; i < options.Seeds; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            long seed = options.Seed + i;
            (Tensor fit, Tensor held) = InformationMeter.Split((int)train.Features.shape[0], options.ValFraction, seed);
            using var critic = new Critic((int)train.Features.shape[1], (int)train.Codes.shape[1], seed);
            Train(critic, (train.Features[fit], train.Codes[fit]), (train.Features[held], train.Codes[held]), seed, cancellationToken);
            nats[i] = Bound(critic, test, candidates, seed);
        }

        return new InformationCheck(
            "infonce", Interval.Of(nats), Math.Log(candidates), (int)train.Features.shape[1], (int)train.Codes.shape[1],
            (int)test.Features.shape[0], nats);
    }

    private static void Train(Critic critic, (Tensor Features, Tensor Codes) fit, (Tensor Features, Tensor Codes) held, long seed,
        CancellationToken cancellationToken)
    {
        using DisposeScope outer = NewDisposeScope();
        using var gradients = enable_grad();
        using var parameters = new ParameterSet(critic);
        using var optimizer = new Training.AdamW(parameters, WeightDecay);
        int rows = (int)fit.Features.shape[0], batch = Math.Min(MaxCandidates, rows), chosen = (int)Math.Min(batch, held.Features.shape[0]);
        var schedule = new CosineSchedule(LearningRate, (long)Epochs * (rows / batch), 0, 0);
        double best = double.NegativeInfinity;
        Tensor kept = parameters.Values();
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            // Batches of other sizes would be a different task.
            foreach (int[] chunk in new CounterRandom(seed, "critic", epoch).Permutation(rows).Chunk(batch).Where(c => c.Length == batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                Tensor index = tensor(chunk.Select(i => (long)i).ToArray());
                parameters.ZeroGradients();
                Loss(critic, fit.Features[index], fit.Codes[index]).backward();
                optimizer.Step(schedule.At(optimizer.Steps));
            }

            double bound = Bound(critic, held, chosen, seed);
            if (bound > best)
            {
                best = bound;
                kept.Dispose();
                kept = parameters.Values();
            }
        }

        using var guard = no_grad();
        parameters.SetValues(kept);
    }

    /// <summary>ln N - cross-entropy, over groups of N rows.</summary>
    private static double Bound(Critic critic, (Tensor Features, Tensor Codes) set, int candidates, long seed)
    {
        using var guard = no_grad();
        var losses = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (int[] chunk in new CounterRandom(seed, "candidates",
                round).Permutation((int)set.Features.shape[0]).Chunk(candidates).Where(c => c.Length == candidates))
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor index = tensor(chunk.Select(i => (long)i).ToArray());
                losses.Add(Loss(critic, set.Features[index], set.Codes[index]).item<float>());
            }
        }

        return Math.Log(candidates) - losses.Average();
    }

    private static Tensor Loss(Critic critic, Tensor features, Tensor codes) =>
        nn.functional.cross_entropy(critic.call(features, codes), TensorMath.Numbers(features.shape[0]));

    /// <summary>Scores [N, N]: the inner product of both sides' embeddings, each a linear map plus a small network.</summary>
    private sealed class Critic : nn.Module<Tensor, Tensor, Tensor>
    {
        private const int Hidden = 128;
        private const int Embedding = 64;
        private readonly Linear feature_skip;
        private readonly Linear feature_in;
        private readonly Linear feature_out;
        private readonly Linear code_skip;
        private readonly Linear code_in;
        private readonly Linear code_out;

        public Critic(int features, int codes, long seed)
            : base(nameof(Critic))
        {
            feature_skip = nn.Linear(features, Embedding);
            feature_in = nn.Linear(features, Hidden);
            feature_out = nn.Linear(Hidden, Embedding);
            code_skip = nn.Linear(codes, Embedding);
            code_in = nn.Linear(codes, Hidden);
            code_out = nn.Linear(Hidden, Embedding);
            RegisterComponents();
            // A separate random stream, as for the meter's decoders.
            using var guard = no_grad();
            using var generator = new Generator(new CounterRandom(seed, "critic-init").NextUInt32());
            foreach (Linear layer in new[] { feature_skip, feature_in, feature_out, code_skip, code_in, code_out })
            {
                double bound = 1 / Math.Sqrt(layer.weight!.shape[1]);
                layer.weight.uniform_(-bound, bound, generator);
                layer.bias!.zero_();
            }
        }

        public override Tensor forward(Tensor features, Tensor codes)
        {
            using DisposeScope scope = NewDisposeScope();
            using Scalar scale = 1 / Math.Sqrt(Embedding);
            Tensor a = feature_skip.call(features).Plus(feature_out.call(nn.functional.gelu(feature_in.call(features))));
            Tensor b = code_skip.call(codes).Plus(code_out.call(nn.functional.gelu(code_in.call(codes))));
            return a.matmul(b.t()).mul(scale).MoveToOuterDisposeScope();
        }
    }
}
