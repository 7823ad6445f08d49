namespace ReMem.Data.Checks;

/// <summary>Disjoint sets (union-find). A set is represented by its smallest member.</summary>
internal sealed class DisjointSets(int count)
{
    private readonly int[] _parents = Enumerable.Range(0, count).ToArray();

    /// <summary>The smallest member of an item's set.</summary>
    public int Find(int item)
    {
        while (_parents[item] != item)
            item = _parents[item] = _parents[_parents[item]];
        return item;
    }

    /// <summary>Merges two sets.</summary>
    public void Join(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        _parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    /// <summary>Merges the sets of pairs.</summary>
    public void JoinAll(IEnumerable<(int A, int B)> pairs)
    {
        foreach ((int a, int b) in pairs)
            Join(a, b);
    }
}
