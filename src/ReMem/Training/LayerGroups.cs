using System.Text.RegularExpressions;
using ReMem.Models;

namespace ReMem.Training;

/// <summary>
/// Which layer of a model a parameter belongs to, as timm groups them: what embeds the image is layer 0, block i is layer i + 1 (through
/// all stages of a convolutional network), a norm after the last block belongs to that block,
/// and the last layer is the classifier with what pools for it.
/// </summary>
internal sealed partial class LayerGroups
{
    private readonly ImageModel _model;
    private readonly (int Stage, int Block)[] _blocks;

    /// <summary>Groups a model's parameters.</summary>
    public LayerGroups(ImageModel model)
    {
        _model = model;
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
        return _model.EmbeddingModules.Contains(first) ? 0 : _model.ClosingModules.Contains(first) ? Blocks : Head;
    }

    /// <summary>
    /// The stage and block that a name has, such as blocks.3, blocks.3.0, layer1.0 or stages.2.blocks.4;
    /// what halves a stage's input is of its first block.
    /// </summary>
    private static (int Stage, int Block)? BlockOf(string parameter)
    {
        Match match = Block().Match(parameter);
        if (!match.Success)
            return null;
        int block = match.Groups["block"].Success
            ? int.Parse(match.Groups["block"].Value, System.Globalization.CultureInfo.InvariantCulture)
            : 0;
        return (int.Parse(match.Groups["stage"].Value, System.Globalization.CultureInfo.InvariantCulture), block);
    }

    [GeneratedRegex(@"^(?:blocks\.|stages\.|layer)(?<stage>\d+)\.(?:(?:blocks\.)?(?<block>\d+)\.)?")]
    private static partial Regex Block();
}
