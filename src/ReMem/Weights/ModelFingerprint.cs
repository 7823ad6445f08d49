using System.Security.Cryptography;
using System.Text;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>A fingerprint of a trained model.</summary>
internal static class ModelFingerprint
{
    /// <summary>
    /// 64 hexadecimal digits: SHA-256 over architecture, and name, type, shape and bytes of every tensor, branch scales folded in.
    /// </summary>
    /// <remarks>With folded scales, a reweighted model and the same model read back from its folder are equal.</remarks>
    public static string Of(ImageModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Add(model.Info.Name);
        foreach ((string name, Tensor tensor) in ModelFolder.FoldedState(model))
        {
            Tensor value = tensor.detach().cpu().contiguous();
            Add($"{name} {value.dtype} [{string.Join(',', value.shape)}]");
            if (value.numel() > 0)
                hash.AppendData(value.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
