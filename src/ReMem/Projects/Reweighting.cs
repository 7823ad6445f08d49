using ReMem.Teachers;

namespace ReMem.Projects;

/// <summary>The texts of <see cref="TeacherOptions.Reweighting"/>, for those who would rather not write them by hand.</summary>
public static class Reweighting
{
    /// <summary>No block is scaled.</summary>
    public static string None => new ReweightingPolicy.None().ToString();

    /// <summary>Short trials choose a policy.</summary>
    public static string Auto => new ReweightingPolicy.Auto().ToString();

    /// <summary>The MLPs of the last blocks are scaled.</summary>
    /// <param name="blocks">How many, 1 or more.</param>
    /// <param name="scale">0 (left out) to 2; 1 changes nothing.</param>
    public static string Top(int blocks, double scale) => new ReweightingPolicy.Top(blocks, scale).ToString();

    /// <summary>MLPs are scaled from 1 at the first block down or up to a scale at the last.</summary>
    /// <param name="scale">Of the last block, 0 to 2.</param>
    public static string Ramp(double scale) => new ReweightingPolicy.Ramp(scale).ToString();

    /// <summary>As <see cref="Ramp"/>, with attention scaled the other way.</summary>
    /// <param name="scale">Of the last block's MLP, 0 to 2.</param>
    public static string Balanced(double scale) => new ReweightingPolicy.Balanced(scale).ToString();

    /// <summary>The attention of the last blocks is scaled, a control.</summary>
    /// <param name="blocks">How many, 1 or more.</param>
    /// <param name="scale">0 to 2.</param>
    public static string AttentionTop(int blocks, double scale) => new ReweightingPolicy.AttentionTop(blocks, scale).ToString();

    /// <summary>Attention is scaled from 1 at the first block to a scale at the last, a control.</summary>
    /// <param name="scale">Of the last block, 0 to 2.</param>
    public static string AttentionRamp(double scale) => new ReweightingPolicy.AttentionRamp(scale).ToString();
}
