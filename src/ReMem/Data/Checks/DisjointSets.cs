namespace ReMem.Data.Checks;

/// <summary>Which of a number of things belong together (union-find). A set is called by its smallest member.</summary>
internal sealed class DisjointSets(int count)
{
    private readonly int[] _parents = Enumerable.Range(0, count).ToArray();

    /// <summary>The smallest member of a thing's set.</summary>
    public int Find(int item)
    {
        while (_parents[item] != item)
            item = _parents[item] = _parents[_parents[item]];
        return item;
    }

    /// <summary>Makes two sets one.</summary>
    public void Join(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        _parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    /// <summary>Joins pairs.</summary>
    public void JoinAll(IEnumerable<(int A, int B)> pairs)
    {
        foreach ((int a, int b) in pairs)
            Join(a, b);
    }
}
