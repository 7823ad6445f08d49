namespace ReMem.Inference;

/// <summary>What ONNX Runtime computes with. All but the first need its package for them in the program.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>The first NVIDIA GPU, with Microsoft.ML.OnnxRuntime.Gpu.</summary>
    Cuda,

    /// <summary>The first GPU of a Windows machine, with Microsoft.ML.OnnxRuntime.DirectML.</summary>
    DirectMl,

    /// <summary>Apple's processors, with Microsoft.ML.OnnxRuntime on macOS.</summary>
    CoreMl,
}
