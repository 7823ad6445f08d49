namespace ReMem.Data.Checks;

/// <summary>Image counts of a class.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Train">In training.</param>
/// <param name="Validation">In validation.</param>
/// <param name="Test">In test.</param>
internal sealed record ClassImages(string Class, int Train, int Validation, int Test);
