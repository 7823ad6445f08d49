namespace ReMem.Reports;

/// <summary>The conclusion from a difference's interval.</summary>
internal enum Verdict
{
    /// <summary>The interval includes 0, or there is none with one seed.</summary>
    WithinNoise,

    /// <summary>The whole interval is above 0.</summary>
    Higher,

    /// <summary>The whole interval is below 0.</summary>
    Lower,
}
