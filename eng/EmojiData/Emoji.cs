namespace ReMem.Eng.EmojiData;

/// <summary>One emoji of the package, in its default form.</summary>
/// <param name="Unified">Code points in hexadecimal, joined by dashes: "1F468-200D-1F33E".</param>
/// <param name="Image">The default drawing's file name.</param>
/// <param name="Category">Unicode's group: "People &amp; Body".</param>
/// <param name="Subcategory">Unicode's subgroup: "person-role".</param>
/// <param name="Order">Unicode's sort order.</param>
/// <param name="SkinTones">Files of the drawings in which every person has the same skin tone, lightest first;
/// mixed tones are left out.</param>
public sealed record Emoji(string Unified, string Image, string Category, string Subcategory, int Order, IReadOnlyList<string> SkinTones);
