using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// Gradient checkpointing (Chen 2016, as torch.utils.checkpoint): runs a block without keeping its activations, and runs it again in the
/// backward pass. It costs one more forward pass, and only one block's activations are in memory at a time.
/// </summary>
internal sealed class BlockCheckpoint : autograd.SingleTensorFunction<BlockCheckpoint>
{
    /// <inheritdoc/>
    public override string Name => nameof(BlockCheckpoint);

    /// <summary>The block's output [B, N, C].</summary>
    /// <param name="block">Runs twice, with the same masks and in the same precision.</param>
    /// <param name="x">Tokens [B, N, C].</param>
    public static Tensor Run(TransformerBlock block, Tensor x)
    {
        if (!is_grad_enabled() || block.Observer is not null || !(x.requires_grad || block.parameters().Any(p => p.requires_grad)))
            return block.call(x);
        using DisposeScope scope = NewDisposeScope();

        // The images need no gradient, so neither do the tokens above frozen blocks; this input makes the graph reach the block's own
        // weights.
        Tensor anchor = zeros(1, requires_grad: true);
        return apply(x, anchor, block).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, block) = ((Tensor)vars[0], (TransformerBlock)vars[2]);
        ctx.save_for_backward([x]);
        ctx.save_data("run", new Recomputation(block, get_rng_state().DetachFromDisposeScope(), Autocast.IsOn(x.device_type),
            x.requires_grad));
        using DisposeScope scope = NewDisposeScope();

        // With gradients, although the graph is dropped at once: without, attention may use another kernel, which rounds differently from
        // the second run.
        using var guard = enable_grad();
        return block.call(Leaf(x, x.requires_grad)).detach().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        var run = (Recomputation)ctx.get_data("run");
        using Tensor masks = run.Generator;
        Tensor input = Leaf(ctx.get_saved_variables()[0], run.NeedsInput);
        Tensor now = get_rng_state();
        try
        {
            set_rng_state(masks);
            using (enable_grad())
            {
                Tensor output;
                using (run.Mixed ? Autocast.Enter(input.device_type) : null)
                    output = run.Block.call(input);
                autograd.backward([output], [grad_output]);
            }
        }
        finally
        {
            set_rng_state(now);
        }

        // One entry per argument of apply, the block included.
        return [run.NeedsInput ? input.grad!.MoveToOuterDisposeScope() : null!, null!, null!];
    }

    private static Tensor Leaf(Tensor x, bool needsGradient)
    {
        Tensor leaf = x.detach();
        leaf.requires_grad = needsGradient;
        return leaf;
    }

    private sealed record Recomputation(TransformerBlock Block, Tensor Generator, bool Mixed, bool NeedsInput);
}
