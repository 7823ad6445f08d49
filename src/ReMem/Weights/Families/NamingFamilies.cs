namespace ReMem.Weights.Families;

/// <summary>Every naming that is known, and the wrappers around them.</summary>
internal static class NamingFamilies
{
    /// <summary>What training code puts before every name.</summary>
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "model.", "net.", "network."];

    /// <summary>What checkpoints call the state dict, the preferred first.</summary>
    private static readonly string[] StateDicts = ["state_dict_ema", "model_ema", "ema_state_dict", "teacher", "state_dict", "model_state_dict", "model", "module", "student"];

    /// <summary>Most particular first: several share names.</summary>
    private static readonly NamingFamily[] All =
    [
        HuggingFaceVit.Family, HuggingFaceDino.Dinov3, HuggingFaceDino.Dinov2WithRegisters, HuggingFaceDino.Dinov2, HuggingFaceClip.Clip, HuggingFaceClip.Siglip,
        OpenClip.Timm, OpenClip.Own, Torchvision.Vit, Torchvision.ConvNext, TorchvisionMobile.MobileNetV2, TorchvisionMobile.EfficientNet,
        TorchvisionMobile.MobileNetV3, Augreg.Family, Dino.Dinov3, Dino.Dinov2WithRegisters, Dino.Dinov2, Dino.Dino1, Timm.DeiT3, Timm.Own,
    ];

    /// <summary>The first family whose names stand under a prefix; null where there is none.</summary>
    /// <param name="prefix">What the names begin with.</param>
    /// <param name="names">All names of the file.</param>
    public static NamingFamily? Recognise(string prefix, IReadOnlyDictionary<string, string> names) => All.FirstOrDefault(f => f.Recognises(prefix, names));

    /// <summary>The way of the dictionary that is usually the state dict, averaged weights before others; empty where none is.</summary>
    /// <param name="dictionaries">The ways of all that hold tensors.</param>
    public static string Dictionary(IReadOnlyList<string> dictionaries)
    {
        string way = string.Empty;
        while (StateDicts.Select(d => $"{way}{d}.").FirstOrDefault(dictionaries.Contains) is { } inner)
            way = inner;
        return way;
    }

    /// <summary>The wrappers that all names begin with; empty where there is none.</summary>
    public static string Wrapper(IReadOnlyCollection<string> names)
    {
        string wrapper = string.Empty;
        while (names.Count > 0 && Wrappers.FirstOrDefault(w => names.All(n => n.Length > wrapper.Length + w.Length && n.AsSpan(wrapper.Length).StartsWith(w))) is { } next)
            wrapper += next;
        return wrapper;
    }
}
