namespace ReMem.Models;

/// <summary>One convolutional layer of the EfficientNet family.</summary>
/// <param name="Conv">timm's name of the convolution in the module that owns it.</param>
/// <param name="Norm">timm's name of its batch norm; null where the convolution has a bias instead.</param>
/// <param name="Out">Output channels.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">1 or 2.</param>
/// <param name="Depthwise">Whether it has one group per channel.</param>
/// <param name="Activated">Whether it ends with the activation.</param>
internal sealed record ConvNormShape(string Conv, string? Norm, int Out, int Kernel, int Stride, bool Depthwise, bool Activated);
