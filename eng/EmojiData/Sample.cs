namespace ReMem.Eng.EmojiData;

/// <summary>A drawing with what it shows.</summary>
/// <param name="Style">"noto" or "twemoji".</param>
/// <param name="Emoji">What it shows.</param>
/// <param name="File">Its file name in the package.</param>
/// <param name="Drawing">Its pixels.</param>
public sealed record Sample(string Style, Emoji Emoji, string File, Drawing Drawing)
{
    /// <summary>Whether it is the form without a skin tone.</summary>
    public bool IsDefault => File == Emoji.Image;
}
