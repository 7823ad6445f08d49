namespace ReMem.Weights.Families;

/// <summary>What a rule did with a tensor.</summary>
internal enum RuleOutcome
{
    /// <summary>Its name does not fit.</summary>
    No,

    /// <summary>It is a part of a tensor that is made when another one comes; a later rule may still take it for more.</summary>
    Part,

    /// <summary>It is dealt with.</summary>
    Done,
}
