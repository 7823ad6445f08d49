using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The convolutional part of the decoder, after InfoPro (Wang 2021): the feature as a small map, brought up to the image by 3x3 convolutions, adds to
/// what the linear decoder draws. Its last layer starts at zero, so training starts at the linear decoder.
/// </summary>
internal sealed class ImageRefiner : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly int _grid;
    private readonly int _width;
    private readonly Linear enter;
    private readonly Conv2d conv1;
    private readonly Conv2d conv2;
    private readonly Conv2d conv3;
    private readonly Conv2d leave;

    public ImageRefiner(long features, int size, int width, long seed)
        : base(nameof(ImageRefiner))
    {
        _grid = size / 4;
        _width = width;
        enter = nn.Linear(features, (long)width * _grid * _grid);
        conv1 = nn.Conv2d(width, width, 3, padding: 1);
        conv2 = nn.Conv2d(width, width, 3, padding: 1);
        conv3 = nn.Conv2d(width + 3, width, 3, padding: 1);
        leave = nn.Conv2d(width, 3, 3, padding: 1);
        RegisterComponents();
        Initialise(seed);
    }

    /// <summary>Standardised features [B, D] and the linear drawing [B, 3, S, S] to the refined drawing [B, 3, S, S].</summary>
    public override Tensor forward(Tensor features, Tensor drawing)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = enter.call(features).view(-1, _width, _grid, _grid);
        map = Up(nn.functional.gelu(conv1.call(map)));
        map = Up(nn.functional.gelu(conv2.call(map)));
        map = nn.functional.gelu(conv3.call(cat([map, drawing], 1)));
        return (drawing + leave.call(map)).MoveToOuterDisposeScope();
    }

    /// <summary>Trains on rows and keeps the state that was best on others, the start included.</summary>
    public void Train(
        (Tensor Features, Tensor Drawings, Tensor Images) fit,
        (Tensor Features, Tensor Drawings, Tensor Images) held,
        InformationMeterOptions options,
        long seed,
        CancellationToken cancel)
    {
        using var gradients = enable_grad();
        using var optimizer = optim.Adam(parameters(), options.Lr);
        double best = Error(held, options.BatchSize);
        Dictionary<string, Tensor> kept = Snapshot();
        int rows = (int)fit.Features.shape[0];
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            int[] order = new CounterRandom(seed, "decoder", epoch).Permutation(rows);
            double rate = 0.5 * options.Lr * (1 + Math.Cos(Math.PI * epoch / options.Epochs));
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate = rate;
            foreach (int[] chunk in order.Chunk(options.BatchSize))
            {
                cancel.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                Tensor index = tensor(chunk.Select(i => (long)i).ToArray());
                optimizer.zero_grad();
                Tensor drawn = call(fit.Features[index], fit.Drawings[index]);
                nn.functional.mse_loss(drawn, fit.Images[index]).backward();
                optimizer.step();
            }

            double error = Error(held, options.BatchSize);
            if (!(error < best))
                continue;
            Release(kept);
            (best, kept) = (error, Snapshot());
        }

        using var guard = no_grad();
        foreach ((string name, Tensor value) in state_dict())
            value.copy_(kept[name]);
        Release(kept);
    }

    /// <summary>Mean squared error over rows, without gradients.</summary>
    public double Error((Tensor Features, Tensor Drawings, Tensor Images) rows, int batch)
    {
        using var guard = no_grad();
        double sum = 0;
        long count = rows.Features.shape[0];
        for (long start = 0; start < count; start += batch)
        {
            using DisposeScope scope = NewDisposeScope();
            long length = Math.Min(batch, count - start);
            Tensor drawn = call(rows.Features.narrow(0, start, length), rows.Drawings.narrow(0, start, length));
            sum += nn.functional.mse_loss(drawn, rows.Images.narrow(0, start, length), nn.Reduction.Sum).to(ScalarType.Float64).item<double>();
        }

        return sum / rows.Images.numel();
    }

    /// <summary>PyTorch's own initialisation, from a stream of its own: the global one is shared with whatever else draws in the process.</summary>
    private void Initialise(long seed)
    {
        using var guard = no_grad();
        using var generator = new Generator(new CounterRandom(seed, "decoder-init").NextUInt32());
        void Fill(Tensor weight, Tensor bias)
        {
            double bound = 1 / Math.Sqrt(weight.numel() / (double)weight.shape[0]);
            weight.uniform_(-bound, bound, generator);
            bias.uniform_(-bound, bound, generator);
        }

        Fill(enter.weight!, enter.bias!);
        foreach (Conv2d conv in new[] { conv1, conv2, conv3 })
            Fill(conv.weight!, conv.bias!);
        leave.weight!.zero_();
        leave.bias!.zero_();
    }

    private static Tensor Up(Tensor map) => nn.functional.interpolate(map, scale_factor: [2, 2], mode: InterpolationMode.Nearest);

    private static void Release(Dictionary<string, Tensor> state)
    {
        foreach (Tensor value in state.Values)
            value.Dispose();
    }

    private Dictionary<string, Tensor> Snapshot()
    {
        using var guard = no_grad();
        return state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
    }
}
