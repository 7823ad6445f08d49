namespace ReMem.Weights.Families;

/// <summary>The known naming families, and the wrappers around them.</summary>
internal static class NamingFamilies
{
    /// <summary>Prefixes that training code adds to every name.</summary>
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "model.", "net.", "network."];

    /// <summary>Names of the state dict in checkpoints, the preferred first.</summary>
    private static readonly string[] StateDicts = ["state_dict_ema", "model_ema", "ema_state_dict", "teacher", "state_dict",
        "model_state_dict", "model", "module", "student"];

    /// <summary>The most specific first: several share names.</summary>
    private static readonly NamingFamily[] All =
    [
        HuggingFaceVit.Family, HuggingFaceDino.Dinov3, HuggingFaceDino.Dinov2WithRegisters, HuggingFaceDino.Dinov2, HuggingFaceClip.Clip,
        HuggingFaceClip.Siglip,
        OpenClip.Timm, OpenClip.Own, Torchvision.Vit, Torchvision.ConvNext, TorchvisionMobile.MobileNetV2, TorchvisionMobile.EfficientNet,
        TorchvisionMobile.MobileNetV3, Augreg.Family, Dino.Dinov3, Dino.Dinov2WithRegisters, Dino.Dinov2, Dino.Dino1, Timm.DeiT3, Timm.Own,
    ];

    /// <summary>The first family with names under a prefix; null where there is none.</summary>
    /// <param name="prefix">The name prefix.</param>
    /// <param name="names">All names of the file.</param>
    public static NamingFamily? Recognise(string prefix, IReadOnlyDictionary<string, string> names) =>
        All.FirstOrDefault(f => f.Recognises(prefix, names));

    /// <summary>The path of the dictionary that is usually the state dict, averaged weights first; empty where there is none.</summary>
    /// <param name="dictionaries">The paths of all dictionaries that hold tensors.</param>
    public static string Dictionary(IReadOnlyList<string> dictionaries)
    {
        string way = string.Empty;
        while (StateDicts.Select(d => $"{way}{d}.").FirstOrDefault(dictionaries.Contains) is { } inner)
            way = inner;
        return way;
    }

    /// <summary>The wrapper prefixes that all names begin with; empty where there are none.</summary>
    public static string Wrapper(IReadOnlyCollection<string> names)
    {
        string wrapper = string.Empty;
        while (names.Count > 0
            && Wrappers.FirstOrDefault(w =>
                names.All(n => n.Length > wrapper.Length + w.Length && n.AsSpan(wrapper.Length).StartsWith(w))) is { } next)
            wrapper += next;
        return wrapper;
    }
}
