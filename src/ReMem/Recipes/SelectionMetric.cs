namespace ReMem.Recipes;

/// <summary>The validation score by which the exported student is chosen.</summary>
internal enum SelectionMetric
{
    /// <summary>Share of images whose top class is the label.</summary>
    Top1,

    /// <summary>Mean recall over the classes.</summary>
    Balanced,
}
