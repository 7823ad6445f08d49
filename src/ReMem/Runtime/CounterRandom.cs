using System.Numerics;

namespace ReMem.Runtime;

/// <summary>
/// A counter-based random stream (Philox-4x32-10, Salmon 2011): every draw is a pure function of (seed, purpose, epoch, index, position),
/// so that neither threads nor a resumed run can change it.
/// </summary>
internal struct CounterRandom
{
    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _epoch;
    private readonly ulong _index;
    private uint _block;
    private int _left;
    private uint _w0;
    private uint _w1;
    private uint _w2;
    private uint _w3;

    /// <summary>Opens the stream of one sample.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the draws are for, such as "view" or "order"; different purposes give independent streams.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The sample's index in its data set.</param>
    public CounterRandom(long seed, string purpose, int epoch = 0, long index = 0)
    {
        _key0 = (uint)seed ^ Fnv1a(purpose);
        _key1 = (uint)(seed >> 32) ^ BitOperations.RotateLeft(Fnv1a(purpose), 16);
        _epoch = (uint)epoch;
        _index = (ulong)index;
    }

    /// <summary>FNV-1a, 32 bits, over the UTF-16 code units' low bytes.</summary>
    public static uint Fnv1a(string text)
    {
        uint hash = 0x811C9DC5;
        foreach (char c in text)
            hash = (hash ^ (byte)c) * 0x01000193;
        return hash;
    }

    /// <summary>32 uniform bits.</summary>
    public uint NextUInt32()
    {
        if (_left == 0)
        {
            Generate();
            _left = 4;
        }

        return --_left switch { 3 => _w0, 2 => _w1, 1 => _w2, _ => _w3 };
    }

    /// <summary>A uniform double in [0, 1).</summary>
    public double NextDouble() => (((ulong)NextUInt32() << 21) ^ (NextUInt32() >> 11)) * (1.0 / (1UL << 53));

    /// <summary>A uniform double in [low, high).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>A uniform integer in [0, bound), without modulo bias beyond 2^-32.</summary>
    public int NextInt(int bound) => (int)(((ulong)NextUInt32() * (ulong)bound) >> 32);

    /// <summary>A standard normal number (Box-Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>A uniform permutation of 0 .. count - 1 (Fisher-Yates).</summary>
    public int[] Permutation(int count)
    {
        int[] order = Enumerable.Range(0, count).ToArray();
        for (int i = count - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private void Generate()
    {
        uint c0 = _block++, c1 = _epoch, c2 = (uint)_index, c3 = (uint)(_index >> 32);
        uint k0 = _key0, k1 = _key1;
        for (int round = 0; round < 10; round++)
        {
            ulong a = 0xD2511F53UL * c0;
            ulong b = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(b >> 32) ^ c1 ^ k0, (uint)b, (uint)(a >> 32) ^ c3 ^ k1, (uint)a);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        (_w0, _w1, _w2, _w3) = (c0, c1, c2, c3);
    }
}
