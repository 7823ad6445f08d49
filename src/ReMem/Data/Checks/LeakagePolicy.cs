namespace ReMem.Data.Checks;

/// <summary>What happens where validation or test images are in another split, too.</summary>
public enum LeakagePolicy
{
    /// <summary>Exact copies are an error that names an example; pictures that are nearly the same are a warning.</summary>
    Fail,

    /// <summary>Pictures that are nearly the same are an error, too.</summary>
    Strict,

    /// <summary>Both are a warning.</summary>
    Warn,
}
