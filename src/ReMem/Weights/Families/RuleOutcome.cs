namespace ReMem.Weights.Families;

/// <summary>The outcome of a rule for a tensor.</summary>
internal enum RuleOutcome
{
    /// <summary>Its name does not match.</summary>
    No,

    /// <summary>It is a part of a tensor that is made when another part is found; a later rule may also use it.</summary>
    Part,

    /// <summary>It is done.</summary>
    Done,
}
