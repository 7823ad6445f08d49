namespace ReMem.Recipes.Plan;

/// <summary>The cost of the meter.</summary>
/// <param name="Logits">The decoders of the logits.</param>
/// <param name="Pooled">The decoders of the pooled feature.</param>
/// <param name="Image">Seconds to make one image's view at the meter's size.</param>
/// <param name="RowMemory">Bytes per training image.</param>
internal sealed record MeterRate(DecoderRate Logits, DecoderRate Pooled, double Image, long RowMemory);
