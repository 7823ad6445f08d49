namespace ReMem.Distillation.Cache;

/// <summary>How a cache compares with its teacher.</summary>
/// <param name="Shards">Existing shards; each matches its checksum.</param>
/// <param name="MissingShards">Missing shards of unfinished views.</param>
/// <param name="Samples">Images that the teacher was run on again.</param>
/// <param name="MeanKl">Mean of KL(teacher || cache) at temperature 1, nats; with the teacher's outputs rounded as in the cache.</param>
/// <param name="MaxKl">The maximum over images.</param>
/// <param name="Top1Agreement">Share of images whose largest logit is the same class, in [0, 1].</param>
/// <param name="Top5Agreement">Mean share of the five largest logits' classes that both have, in [0, 1].</param>
/// <param name="RestKl">
/// Loss by top-k: mean KL of the teacher's full output from the stored one, nats; 0 where all logits are stored.
/// </param>
/// <param name="FeatureDifference">Mean relative difference of the pooled features; null where none are stored.</param>
/// <param name="MapDifference">
/// Mean relative difference of tokens and attention, the larger of both where both are stored; null where neither is.
/// </param>
/// <param name="Passed">Whether everything is within the tolerances.</param>
internal sealed record TeacherCacheCheck(
    int Shards, int MissingShards, int Samples, double MeanKl, double MaxKl, double Top1Agreement, double Top5Agreement, double RestKl,
    double? FeatureDifference, double? MapDifference, bool Passed);
