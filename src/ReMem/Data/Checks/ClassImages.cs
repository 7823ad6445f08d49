namespace ReMem.Data.Checks;

/// <summary>How many images a class has.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Train">In training.</param>
/// <param name="Validation">In validation.</param>
/// <param name="Test">In test.</param>
internal sealed record ClassImages(string Class, int Train, int Validation, int Test);
