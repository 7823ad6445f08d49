using ReMem.Data.Pixels;
using ReMem.Data.Views;
using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Export;

/// <summary>The preprocessing before the model in the graph: from the file's input to normalised float32 [B, 3, S, S].</summary>
internal static class OnnxPreprocessing
{
    /// <summary>PIL's cubic coefficient; ONNX's default differs.</summary>
    private const float CubicCoefficient = -0.5f;

    public static string Emit(OnnxGraph g, ImageModel model, OnnxInput form, string input)
    {
        if (form == OnnxInput.Normalized)
            return input;
        string pixels = g.Node("Transpose", [input], ("perm", new long[] { 0, 3, 1, 2 }));
        if (form == OnnxInput.Image)
            pixels = CenterView(g, model.EvaluationView(), pixels);
        (Tensor scale, Tensor shift) = model.Info.Normalization.Affine(CPU);
        string scaled = g.Node("Mul", [g.Cast(pixels, ScalarType.Float32), g.Constant("pixel_scale", scale, ScalarType.Float32)]);
        return g.Node("Add", [scaled, g.Constant("pixel_shift", shift, ScalarType.Float32)]);
    }

    /// <summary>
    /// The arithmetic of <see cref="ViewTransform"/> in evaluation: whole pixels after the resize, the crop rounded half to even.
    /// </summary>
    private static string CenterView(OnnxGraph g, ViewOptions view, string pixels)
    {
        string axes = g.Integers(2, 3);
        string shape = g.Node("Shape", [pixels]);
        string size = g.Node("Slice", [shape, g.Integers(2), g.Integers(4)]);
        long shorter = (long)Math.Floor(view.Size / view.CropPct);
        string resizedSize = g.Node("Div", [g.Node("Mul", [size, g.Integers(shorter)]), g.Node("ReduceMin", [size], ("keepdims", 1L))]);
        string resized = g.Node(
            "Resize",
            [pixels, string.Empty, string.Empty,
                g.Node("Concat", [g.Node("Slice", [shape, g.Integers(0), g.Integers(2)]), resizedSize], ("axis", 0L))],
            ("mode", view.Interpolation == Interpolation.Bicubic ? "cubic" : "linear"),
            ("antialias", 1L),
            ("coordinate_transformation_mode", "half_pixel"),
            ("cubic_coeff_a", CubicCoefficient),
            ("exclude_outside", 1L));
        string margin = g.Cast(g.Node("Sub", [resizedSize, g.Integers(view.Size)]), ScalarType.Float32);
        string half = g.Constant("half", tensor(0.5f), ScalarType.Float32);
        string start = g.Cast(g.Node("Round", [g.Node("Mul", [margin, half])]), ScalarType.Int64);
        return g.Node("Slice", [resized, start, g.Node("Add", [start, g.Integers(view.Size)]), axes]);
    }
}
