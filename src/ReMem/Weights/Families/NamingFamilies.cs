namespace ReMem.Weights.Families;

/// <summary>Every naming that is known, and the wrappers around them.</summary>
internal static class NamingFamilies
{
    /// <summary>What training code puts before every name.</summary>
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "model.", "net.", "network."];

    /// <summary>What self-supervised training puts before the image model's names, its heads being beside it.</summary>
    private const string Backbone = "backbone.";

    /// <summary>Most particular first: several share names.</summary>
    private static readonly NamingFamily[] All =
    [
        HuggingFaceVit.Family, HuggingFaceDino.Dinov3, HuggingFaceDino.Dinov2WithRegisters, HuggingFaceDino.Dinov2, HuggingFaceClip.Clip, HuggingFaceClip.Siglip,
        OpenClip.Timm, OpenClip.Own, Torchvision.Vit, Torchvision.ConvNext, TorchvisionMobile.MobileNetV2, TorchvisionMobile.EfficientNet,
        TorchvisionMobile.MobileNetV3, Augreg.Family, Dino.Dinov3, Dino.Dinov2WithRegisters, Dino.Dinov2, Dino.Dino1, Timm.DeiT3, Timm.Own,
    ];

    /// <summary>Tells whose naming a file has, and renames its tensors.</summary>
    /// <param name="file">The file.</param>
    /// <param name="dropped">The tensors that no image classifier of timm's has.</param>
    /// <returns>The family's name, null where none is recognised and names stay as they are, and the tensors by timm's names.</returns>
    /// <exception cref="InputException">A tensor has a form that the family's have not.</exception>
    public static (string? Family, IReadOnlyDictionary<string, RenamedTensor> Tensors) Rename(WeightsFile file, out IReadOnlyList<DroppedTensor> dropped)
    {
        var left = new List<DroppedTensor>();
        Dictionary<string, string> names = Unwrap(file.Tensors.Keys, left);
        NamingFamily? family = All.FirstOrDefault(f => f.Recognises(names.Keys));
        NamingFamily any = family ?? new NamingFamily("unknown", _ => true, []);
        IReadOnlyDictionary<string, RenamedTensor> tensors = any.Rename(file, names, left);
        dropped = left;
        return (family?.Name, tensors);
    }

    /// <summary>Names without wrappers, to the file's.</summary>
    private static Dictionary<string, string> Unwrap(IEnumerable<string> tensors, List<DroppedTensor> dropped)
    {
        Dictionary<string, string> names = tensors.ToDictionary(n => n, StringComparer.Ordinal);
        while (Wrappers.FirstOrDefault(w => names.Keys.All(n => n.Length > w.Length && n.StartsWith(w, StringComparison.Ordinal))) is { } wrapper && names.Count > 0)
            names = names.ToDictionary(n => n.Key[wrapper.Length..], n => n.Value, StringComparer.Ordinal);
        if (!names.Keys.Any(n => n.StartsWith(Backbone, StringComparison.Ordinal)))
            return names;
        var inner = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string own, string inFile) in names)
        {
            if (own.StartsWith(Backbone, StringComparison.Ordinal))
                inner.Add(own[Backbone.Length..], inFile);
            else
                dropped.Add(new DroppedTensor(inFile, "it is beside the backbone, not in it"));
        }

        return inner;
    }
}
