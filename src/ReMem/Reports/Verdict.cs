namespace ReMem.Reports;

/// <summary>What an interval lets one say of a difference.</summary>
internal enum Verdict
{
    /// <summary>The interval includes 0, or one seed gives none.</summary>
    WithinNoise,

    /// <summary>The whole interval is above 0.</summary>
    Higher,

    /// <summary>The whole interval is below 0.</summary>
    Lower,
}
