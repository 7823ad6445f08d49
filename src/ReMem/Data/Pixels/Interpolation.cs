namespace ReMem.Data.Pixels;

/// <summary>How pixels are interpolated. All but <see cref="Nearest"/> widen with the reduction, which avoids aliasing.</summary>
#if REMEM_INFERENCE
internal
#else
public
#endif
enum Interpolation
{
    /// <summary>The nearest pixel; aliases.</summary>
    Nearest,

    /// <summary>A triangle of support 1.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = -0.5, support 2.</summary>
    Bicubic,

    /// <summary>A windowed sinc of support 3.</summary>
    Lanczos,
}
