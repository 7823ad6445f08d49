using System.Globalization;

namespace ReMem.Eng.EmojiData;

/// <summary>
/// Names the group of an emoji: its name without skin tone, gender, hair and direction. Drawings of one group are
/// variations of one picture, so a group never straddles two splits.
/// </summary>
public static class EmojiGroup
{
    private const int Person = 0x1F9D1;
    private const int Child = 0x1F9D2;
    private const int Older = 0x1F9D3;
    private const int Heart = 0x2764;
    private const int KissMark = 0x1F48B;
    private const int Handshake = 0x1F91D;

    /// <summary>Person, child and older person by the code points of their gendered, blond and bearded forms.</summary>
    private static readonly Dictionary<int, int> Ungendered = new()
    {
        [0x1F468] = Person,
        [0x1F469] = Person,
        [0x1F471] = Person,
        [0x1F9D4] = Person,
        [0x1F466] = Child,
        [0x1F467] = Child,
        [0x1F474] = Older,
        [0x1F475] = Older,
    };

    /// <summary>One drawing turned, mirrored, recoloured or dressed as another gender; the first of a row names the group.</summary>
    private static readonly string[][] Families =
    [
        ["1F934", "1F478", "1FAC5"], // prince, princess, person with crown
        ["1F385", "1F936", "1F9D1-1F384"], // Father, Mother, Mx Claus
        ["1F930", "1FAC3", "1FAC4"], // pregnant woman, man, person
        ["1F931", "1F9D1-1F37C"], // breast-feeding, feeding a baby
        ["1F483", "1F57A"], // dancing woman, man
        ["1F46B", "1F46C", "1F46D", "1F9D1-1F91D-1F9D1"], // holding hands
        ["1F6B9", "1F6BA", "1F6BB"], // restroom signs
        ["2640", "2642", "26A7"], // gender signs
        ["1F446", "1F447", "1F448", "1F449", "261D"], // pointing hands
        ["1F44D", "1F44E"], // thumbs
        ["1F91B", "1F91C"], // fists to the side
        ["1FAF1", "1FAF2", "1FAF3", "1FAF4"], // flat hands
        ["1FAF7", "1FAF8"], // pushing hands
        ["1F30D", "1F30E", "1F30F"], // globes
        ["1F311", "1F312", "1F313", "1F314", "1F315", "1F316", "1F317", "1F318"], // moon phases
        ["1F31A", "1F31B", "1F31C", "1F31D"], // moon faces
        [
            "2764", "1F494", "1F499", "1F49A", "1F49B", "1F49C", "1F5A4", "1F90D", "1F90E", "1F9E1", "1FA75", "1FA76", "1FA77",
        ], // plain hearts
        ["1F534", "1F535", "1F7E0", "1F7E1", "1F7E2", "1F7E3", "1F7E4", "26AA", "26AB"], // circles
        [
            "1F7E5", "1F7E6", "1F7E7", "1F7E8", "1F7E9", "1F7EA", "1F7EB", "2B1B", "2B1C",
            "25FB", "25FC", "25FD", "25FE", "25AA", "25AB", "1F532", "1F533",
        ], // squares
        ["1F536", "1F537", "1F538", "1F539"], // diamonds
        ["1F53A", "1F53B"], // red triangles
        ["1F53C", "1F53D", "25B6", "25C0"], // triangle buttons
        ["23E9", "23EA", "23EB", "23EC"], // double triangle buttons
        ["23ED", "23EE"], // track buttons
        ["2194", "2195"], // arrows with two heads
        ["2196", "2197", "2198", "2199", "27A1", "2B05", "2B06", "2B07"], // straight arrows
        ["21A9", "21AA", "2934", "2935"], // bent arrows
        ["1F4D5", "1F4D7", "1F4D8", "1F4D9"], // closed books
        ["1F344", "1F344-1F7EB"], // mushrooms
        ["1F34A", "1F34B", "1F34B-1F7E9"], // citrus fruits
        ["1F34E", "1F34F"], // apples
        ["1F170", "1F171", "1F17E", "1F18E"], // blood types: white letters on a red square
        ["0023-20E3", "002A-20E3", .. "0123456789".Select(digit => $"003{digit}-20E3")], // keycaps
        ["1F3C5", "1F947", "1F948", "1F949"], // medals
        ["1F408", "1F408-2B1B"], // cats
        ["1F415", "1F415-1F9BA"], // dogs
        ["1F43B", "1F43B-2744"], // bears
        ["1F426", "1F426-2B1B"], // birds
    ];

    private static readonly Dictionary<string, string> FamilyOf =
        Families.SelectMany(f => f.Select(member => (member, name: f[0]))).ToDictionary(p => p.member, p => p.name);

    /// <summary>The group's name: code points in lower-case hexadecimal, joined by dashes.</summary>
    /// <param name="unified">The emoji's code points in hexadecimal, joined by dashes, with or without skin tones.</param>
    public static string Of(string unified)
    {
        int[] points = unified.Split('-').Select(p => int.Parse(p, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .Where(p => p is not 0xFE0F && !IsSkinTone(p))
            .Select(p => Ungendered.GetValueOrDefault(p, p))
            .ToArray();
        if (points.Length == 1 && IsClockFace(points[0]))
            return "1f550";

        // A modifier is one only behind a joiner: the female sign by itself is an emoji of its own.
        List<int> kept = [points[0]];
        for (int i = 1; i < points.Length; i++)
        {
            if (points[i] != 0x200D && !(points[i - 1] == 0x200D && IsModifier(points[i])))
                kept.Add(points[i]);
        }

        string name = string.Join('-', Together(kept).Select(p => p.ToString("X4", CultureInfo.InvariantCulture)));
        return FamilyOf.GetValueOrDefault(name, name).ToLowerInvariant();
    }

    /// <summary>Joined people become the single emoji for them: a family, a couple, a kiss; two hands become a handshake.</summary>
    private static List<int> Together(List<int> points)
    {
        if (points is [0x1FAF1, 0x1FAF2])
            return [Handshake];
        if (points.Count(p => p is Person or Child or Older) < 2)
            return points;
        if (points.Contains(KissMark))
            return [0x1F48F];
        if (points.Contains(Heart))
            return [0x1F491];
        return points.Contains(Handshake) ? [0x1F46B] : [0x1F46A];
    }

    private static bool IsSkinTone(int point) => point is >= 0x1F3FB and <= 0x1F3FF;

    private static bool IsClockFace(int point) => point is >= 0x1F550 and <= 0x1F567;

    /// <summary>Female, male, facing right; red, curly, no and white hair.</summary>
    private static bool IsModifier(int point) => point is 0x2640 or 0x2642 or 0x27A1 or (>= 0x1F9B0 and <= 0x1F9B3);
}
