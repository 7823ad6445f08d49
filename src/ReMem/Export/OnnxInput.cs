namespace ReMem.Export;

/// <summary>The input of an ONNX file, which determines how much of the preprocessing is inside it.</summary>
public enum OnnxInput
{
    /// <summary>float32 [batch, 3, S, S]: images of the model's size, normalised by the caller.</summary>
    Normalized,

    /// <summary>uint8 [batch, S, S, 3]: RGB pixels of the model's size; the file normalises.</summary>
    Pixels,

    /// <summary>
    /// uint8 [batch, height, width, 3]: RGB images of any size, the same in a batch; the file resizes the shorter side with antialiasing,
    /// crops the centre and normalises, as timm's evaluation does.
    /// </summary>
    Image,
}
