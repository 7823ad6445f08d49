namespace ReMem.Recipes.Plan;

/// <summary>What the meter costs.</summary>
/// <param name="Logits">The decoders of the logits.</param>
/// <param name="Pooled">Those of the pooled feature.</param>
/// <param name="Image">Seconds to make one image's view at the meter's size.</param>
/// <param name="RowMemory">Bytes a training image.</param>
internal sealed record MeterRate(DecoderRate Logits, DecoderRate Pooled, double Image, long RowMemory);
