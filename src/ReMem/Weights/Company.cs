using ReMem.Models;

namespace ReMem.Weights;

/// <summary>
/// Sorts the other tensors of a file that has a complete trunk: heads of other names, buffers, losses and projections are dropped; parts of
/// another trunk, which would change the model's outputs, are refused.
/// </summary>
internal static class Company
{
    private const string NoPart = "the model has no such part";

    /// <summary>Parts of trunks in all naming schemes: a tensor of such a part that the model lacks means another model.</summary>
    private static readonly HashSet<string> TrunkParts =
    [
        "cls_token", "dist_token", "reg_token", "mask_token", "pos_embed", "patch_embed", "patch_drop", "norm_pre", "blocks", "norm",
        "fc_norm", "attn_pool", "rope",
        "rope_embed", "rel_pos_bias", "pre_logits", "conv1", "bn1", "bn2", "layer1", "layer2", "layer3", "layer4", "conv_stem", "conv_head",
        "norm_head", "stem", "stages",
        "features", "norm1", "norm2", "storage_tokens", "register_tokens", "embeddings", "encoder", "layer", "layers", "layernorm",
        "class_token", "class_embedding",
        "conv_proj", "positional_embedding", "transformer", "Transformer", "embedding", "ln_pre", "ln_post", "pos_embedding",
        "post_layernorm", "pre_layrnorm",
    ];

    /// <summary>The names of classifiers in timm and torchvision.</summary>
    private static readonly HashSet<string> Heads = ["head", "head_dist", "heads", "fc", "classifier"];

    private static readonly string[] HeadWords = ["head", "cls", "clf", "class", "fc", "linear", "logit", "probe", "predict", "output"];

    /// <summary>Sorts a file's tensors that the model lacks, where the file has all of the model's.</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="unexpected">Names that the model lacks.</param>
    /// <param name="isHeadNew">Whether the model's head is not read from the file.</param>
    /// <returns>
    /// The dropped tensors, by the names of <paramref name="unexpected"/>, and the file's own classifier: its name and classes; null where
    /// none is found.
    /// </returns>
    public static (IReadOnlyDictionary<string, string> Dropped, (string Name, long Classes)? Head) Of(TimmWeightsFile file,
        ImageModel model, IReadOnlyList<string> unexpected, bool isHeadNew)
    {
        var dropped = new Dictionary<string, string>(StringComparer.Ordinal);
        (string Name, long Classes)? head = null;
        foreach (IGrouping<string, string> part in unexpected.GroupBy(PartOf, StringComparer.Ordinal))
        {
            if (TrunkParts.Contains(part.Key) || (Heads.Contains(part.Key) && !isHeadNew))
                continue;
            (string Name, long Classes)? found = isHeadNew && IsHeadName(part.Key) ? Classifier(file, model, [.. part]) : null;
            head ??= found;
            foreach (string name in part)
                dropped[name] = found is null ? NoPart : "it is a classifier of another name, and the model's is new";
        }

        return (dropped, head);
    }

    /// <summary>The last layer of a head that reads the model's features, directly or through layers before it.</summary>
    private static (string Name, long Classes)? Classifier(TimmWeightsFile file, ImageModel model, IReadOnlyList<string> names)
    {
        string[] layers = [.. names.Where(n => n.EndsWith("weight", StringComparison.Ordinal) && file.Tensors[n].Shape.Count == 2)];
        return layers.Any(n => file.Tensors[n].Shape[1] == model.NumFeatures)
            ? (layers[^1][..^".weight".Length], file.Tensors[layers[^1]].Shape[0])
            : null;
    }

    private static bool IsHeadName(string part) =>
        !part.Contains("proj", StringComparison.OrdinalIgnoreCase)
            && HeadWords.Any(w => part.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static string PartOf(string name) => name.IndexOfAny(['.', '/']) is var end and > 0 ? name[..end] : name;
}
