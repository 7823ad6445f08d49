namespace ReMem.Eng.EmojiData;

/// <summary>A drawing with what it shows.</summary>
/// <param name="Style">Whose hand: "noto", "twemoji", or one of <see cref="IconifySet.Styles"/>.</param>
/// <param name="Emoji">What it shows.</param>
/// <param name="File">Its file name in emoji-datasource's packages; those of other hands are called alike.</param>
/// <param name="Drawing">Its pixels.</param>
public sealed record Sample(string Style, Emoji Emoji, string File, Drawing Drawing)
{
    /// <summary>Whether it is the form without a skin tone.</summary>
    public bool IsDefault => File == Emoji.Image;
}
