using ReMem.Models.Layers;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The convolutional part of the decoder: it refines the drawing of the linear decoder. It works on a grid of a quarter of the image's
/// side, whose cells hold 4x4 pixels (pixel shuffle, Shi 2016), so that the linear decoder is a linear map to that grid and the whole
/// decoder has InfoPro's form (Wang 2021): linear to a small map, 3x3 convolutions, up to the image. Its last layer starts at zero, so
/// training starts at the linear decoder.
/// </summary>
/// <remarks>
/// It does not see the feature itself. A layer from the feature to the map has hundreds of thousands of weights: with a few thousand images
/// it overfitted, and near-duplicates among the held-out rows kept early stopping from noticing.
/// </remarks>
internal sealed class ImageRefiner : nn.Module<Tensor, Tensor>
{
    private const int Cell = 4;
    private readonly Likelihood _likelihood;
    private readonly Convolution conv1;
    private readonly Convolution conv2;
    private readonly Convolution leave;

    public ImageRefiner(int width, Likelihood likelihood, long seed)
        : base(nameof(ImageRefiner))
    {
        _likelihood = likelihood;
        conv1 = Convolutions.Make(3 * Cell * Cell, width, 3, padding: 1);
        conv2 = Convolutions.Make(width, width, 3, padding: 1);
        leave = Convolutions.Make(width, 3 * Cell * Cell, 3, padding: 1);
        RegisterComponents();
        Initialise(seed);
    }

    /// <summary>
    /// The linear drawing [B, 3, S, S] to the refined one: pixels, or their log-odds where the likelihood is the cross-entropy.
    /// </summary>
    public override Tensor forward(Tensor drawing)
    {
        using DisposeScope scope = NewDisposeScope();
        // [0, 1] to [-2, 2]: near unit variance, as the initialisation expects.
        using Scalar stretch = 4, middle = 2;
        Tensor map = nn.functional.pixel_unshuffle(drawing.mul(stretch).sub_(middle), Cell);
        map = nn.functional.gelu(conv1.call(map));
        map = nn.functional.gelu(conv2.call(map));
        Tensor start = _likelihood == Likelihood.Bce ? Likelihoods.LogOdds(drawing) : drawing;
        return start.Plus(nn.functional.pixel_shuffle(leave.call(map), Cell)).MoveToOuterDisposeScope();
    }

    /// <summary>The refined drawings [N, 3, S, S] as pixels, without gradients.</summary>
    public Tensor Draw(Tensor drawings, int batch)
    {
        using var guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var refined = new List<Tensor>();
        for (long start = 0; start < drawings.shape[0]; start += batch)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor drawn = call(drawings.narrow(0, start, Math.Min(batch, drawings.shape[0] - start)));
            refined.Add((_likelihood == Likelihood.Bce ? drawn.sigmoid() : drawn).MoveToOuterDisposeScope());
        }

        return cat([.. refined]).MoveToOuterDisposeScope();
    }

    /// <summary>Trains on some rows and keeps the state that is best on others, including the initial one.</summary>
    /// <param name="fit">Drawings by decoders that were not fitted on their image, and the images [N, 3, S, S].</param>
    /// <param name="held">The held-out rows that choose.</param>
    /// <param name="options">Epochs, batch size and learning rate.</param>
    /// <param name="seed">Seed of the order.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public void Train((Tensor Drawings, Tensor Images) fit, (Tensor Drawings, Tensor Images) held, InformationMeterOptions options,
        long seed, CancellationToken cancellationToken)
    {
        using DisposeScope outer = NewDisposeScope();
        using var gradients = enable_grad();
        using var parameters = new ParameterSet(this);
        using var optimizer = new Training.AdamW(parameters, weightDecay: 0);
        int rows = (int)fit.Drawings.shape[0];
        var schedule = new CosineSchedule(options.Lr, (long)options.Epochs * ((rows + options.BatchSize - 1) / options.BatchSize), 0, 0);
        double best = Error(held, options.BatchSize);
        Tensor kept = parameters.Values();
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            foreach (int[] chunk in new CounterRandom(seed, "decoder", epoch).Permutation(rows).Chunk(options.BatchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                Tensor index = tensor(chunk.Select(i => (long)i).ToArray());
                parameters.ZeroGradients();
                Loss(call(fit.Drawings[index]), fit.Images[index], nn.Reduction.Mean).backward();
                optimizer.Step(schedule.At(optimizer.Steps));
            }

            double error = Error(held, options.BatchSize);
            if (error < best)
            {
                best = error;
                kept.Dispose();
                kept = parameters.Values();
            }
        }

        using var guard = no_grad();
        parameters.SetValues(kept);
    }

    /// <summary>The training loss averaged over rows, without gradients.</summary>
    private double Error((Tensor Drawings, Tensor Images) rows, int batch)
    {
        using var guard = no_grad();
        double sum = 0;
        long count = rows.Drawings.shape[0];
        for (long start = 0; start < count; start += batch)
        {
            using DisposeScope scope = NewDisposeScope();
            long length = Math.Min(batch, count - start);
            Tensor drawn = call(rows.Drawings.narrow(0, start, length));
            sum += Loss(drawn, rows.Images.narrow(0, start, length), nn.Reduction.Sum).to(ScalarType.Float64).item<double>();
        }

        return sum / rows.Images.numel();
    }

    private Tensor Loss(Tensor drawn, Tensor images, nn.Reduction reduction) => _likelihood == Likelihood.Bce
        ? nn.functional.binary_cross_entropy_with_logits(drawn, images, reduction: reduction)
        : nn.functional.mse_loss(drawn, images, reduction);

    /// <summary>
    /// PyTorch's own initialisation, from a separate random stream: the global one is shared with the rest of the process.
    /// </summary>
    private void Initialise(long seed)
    {
        using var guard = no_grad();
        using var generator = new Generator(new CounterRandom(seed, "decoder-init").NextUInt32());
        foreach (Convolution conv in new[] { conv1, conv2 })
        {
            double bound = 1 / Math.Sqrt(conv.weight!.numel() / (double)conv.weight.shape[0]);
            conv.weight.uniform_(-bound, bound, generator);
            conv.bias!.uniform_(-bound, bound, generator);
        }

        leave.weight!.zero_();
        leave.bias!.zero_();
    }
}
