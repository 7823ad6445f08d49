namespace ReMem.Projects;

/// <summary>The model that was made of a project's images.</summary>
public sealed class FittedModel
{
    internal FittedModel(Recipes.Fit.FitResult result)
    {
        File = result.File;
        Method = result.Method;
        Top1 = result.Scores.Top1;
        BalancedAccuracy = result.Scores.Balanced;
        Top1Interval = result.Interval;
        LabelsAloneTop1 = result.LabelsAlone;
        TeacherTop1 = result.Teacher;
        Report = result.Report;
    }

    /// <summary>Full path of the ONNX file.</summary>
    public string File { get; }

    /// <summary>The method of its teacher, as reports name it; "none" learned from labels alone.</summary>
    public string Method { get; }

    /// <summary>Share of the test images that the file classifies correctly, 0 to 1.</summary>
    public double Top1 { get; }

    /// <summary>Mean over the classes of that share, 0 to 1.</summary>
    public double BalancedAccuracy { get; }

    /// <summary>95 % interval of <see cref="Top1"/> (Wilson's).</summary>
    public (double Low, double High) Top1Interval { get; }

    /// <summary>The same share of the student of labels alone; null where it was not trained.</summary>
    public double? LabelsAloneTop1 { get; }

    /// <summary>The same share of the teacher; null without one.</summary>
    public double? TeacherTop1 { get; }

    /// <summary>Full path of the report, an HTML page.</summary>
    public string Report { get; }
}
