using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class UnicodeTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("cafe\u0301", "caf\u00e9")]
    [InlineData("caf\u00e9", "caf\u00e9")]
    [InlineData("u\u0308ber A\u030arhus", "\u00fcber \u00c5rhus")]
    [InlineData("e\u0323\u0302", "\u1ec7")]
    [InlineData("\u30cf\u309a\u30f3", "\u30d1\u30f3")]
    [InlineData("\u1112\u1161\u11ab\u1100\u1173\u11af", "\ud55c\uae00")]
    [InlineData("\ud83d\udc31", "\ud83d\udc31")]
    [InlineData("\ud800x\u0301", "\ud800x\u0301")]
    public void Accents_and_syllables_compose(string text, string composed) => Assert.Equal(composed, UnicodeText.Composed(text));
}
