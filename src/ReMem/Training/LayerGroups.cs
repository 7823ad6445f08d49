using System.Text.RegularExpressions;
using ReMem.Models;

namespace ReMem.Training;

/// <summary>
/// Which layer of a model a parameter belongs to, as timm groups them: what embeds the image is layer 0, block i is layer i + 1 (through all stages of a
/// convolutional network), a norm after the last block belongs to that block, and the last layer is the classifier with what pools for it.
/// </summary>
/// <remarks>Unlike timm's patterns, register tokens and the norm before the blocks are layer 0: they come before everything that learns slowest.</remarks>
internal sealed partial class LayerGroups
{
    private static readonly string[] Embedding =
        ["cls_token", "reg_token", "dist_token", "pos_embed", "patch_embed", "norm_pre", "conv_stem", "conv1", "bn1", "stem"];

    private readonly string[] _closing;
    private readonly (int Stage, int Block)[] _blocks;

    /// <summary>Groups a model's parameters.</summary>
    public LayerGroups(ImageModel model)
    {
        // timm's EfficientNet counts its last convolution to the last block, its MobileNetV3 and V4 count theirs to the classifier.
        _closing = model is EfficientNet { Shape.Head: EfficientNetHead.ConvThenPool } ? ["norm", "conv_head", "bn2"] : ["norm"];
        _blocks = [.. model.named_parameters().Select(p => BlockOf(p.name)).OfType<(int, int)>().Distinct().Order()];
    }

    /// <summary>How many blocks there are.</summary>
    public int Blocks => _blocks.Length;

    /// <summary>The layer of the classifier, the highest.</summary>
    public int Head => Blocks + 1;

    /// <summary>The layer of a parameter, 0 to <see cref="Head"/>; one that is none of the model's counts to the head.</summary>
    public int Of(string parameter)
    {
        if (BlockOf(parameter) is { } block)
            return Array.IndexOf(_blocks, block) + 1;
        string first = parameter.Split('.')[0];
        return Embedding.Contains(first) ? 0 : _closing.Contains(first) ? Blocks : Head;
    }

    /// <summary>The stage and block that a name has, such as blocks.3, blocks.3.0, layer1.0 or stages.2.blocks.4; what halves a stage's input is of its first block.</summary>
    private static (int Stage, int Block)? BlockOf(string parameter)
    {
        Match match = Block().Match(parameter);
        if (!match.Success)
            return null;
        int block = match.Groups["block"].Success ? int.Parse(match.Groups["block"].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
        return (int.Parse(match.Groups["stage"].Value, System.Globalization.CultureInfo.InvariantCulture), block);
    }

    [GeneratedRegex(@"^(?:blocks\.|stages\.|layer)(?<stage>\d+)\.(?:(?:blocks\.)?(?<block>\d+)\.)?")]
    private static partial Regex Block();
}
