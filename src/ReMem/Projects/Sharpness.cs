namespace ReMem.Projects;

/// <summary>The texts of <see cref="Teachers.TeacherOptions.Sharpness"/>, for those who would rather not write them by hand.</summary>
public static class Sharpness
{
    /// <summary>SAM at each step.</summary>
    public static string Sam => "sam";

    /// <summary>SAM at some of the steps.</summary>
    /// <param name="steps">At each so many, 1 to 10,000.</param>
    public static string Every(int steps) => FormattableString.Invariant($"every({steps})");

    /// <summary>SAM at some of the steps, with its kept part between.</summary>
    /// <param name="steps">At each so many, 1 to 10,000.</param>
    /// <param name="share">Weight of the kept part, 0 to 10.</param>
    public static string LookSam(int steps, double share) => FormattableString.Invariant($"looksam({steps},{share})");

    /// <summary>Up a running mean of the gradients.</summary>
    /// <param name="decay">Of the mean, 0 to below 1.</param>
    public static string Momentum(double decay) => FormattableString.Invariant($"momentum({decay})");

    /// <summary>Down a running mean of the gradients.</summary>
    /// <param name="decay">Of the mean, 0 to below 1.</param>
    public static string Msam(double decay) => FormattableString.Invariant($"msam({decay})");
}
