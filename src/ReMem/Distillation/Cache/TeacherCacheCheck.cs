namespace ReMem.Distillation.Cache;

/// <summary>How a cache compares with its teacher.</summary>
/// <param name="Shards">Shards that are there; each fits its checksum.</param>
/// <param name="MissingShards">Shards that views begun but not finished lack.</param>
/// <param name="Samples">Images that the teacher was run on again.</param>
/// <param name="MeanKl">Mean of KL(teacher || cache) at temperature 1, nats; the teacher's outputs rounded as the cache keeps them.</param>
/// <param name="MaxKl">The largest of an image.</param>
/// <param name="Top1Agreement">Share of images whose largest logit is the same class, in [0, 1].</param>
/// <param name="Top5Agreement">Mean share of the five largest logits' classes that both have, in [0, 1].</param>
/// <param name="RestKl">What a top-k cache leaves out: mean KL of the teacher's full answer from what is kept of it, nats; 0 where all is kept.</param>
/// <param name="FeatureDifference">Mean relative difference of the pooled features; null where none are kept.</param>
/// <param name="MapDifference">Mean relative difference of tokens and attention, the larger of both where both are kept; null where neither is.</param>
/// <param name="Passed">Whether all of it is within the tolerances.</param>
internal sealed record TeacherCacheCheck(
    int Shards, int MissingShards, int Samples, double MeanKl, double MaxKl, double Top1Agreement, double Top5Agreement, double RestKl, double? FeatureDifference, double? MapDifference, bool Passed);
