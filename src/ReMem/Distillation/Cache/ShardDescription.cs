using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ReMem.Distillation.Cache;

/// <summary>Identifies the rows of a shard.</summary>
/// <param name="Cache">The fingerprint of key and layout, 64 hexadecimal digits.</param>
/// <param name="View">The view epoch.</param>
/// <param name="Shard">Its number in the view.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="RowBytes">Bytes per row.</param>
internal readonly record struct ShardDescription(string Cache, int View, int Shard, int Rows, int RowBytes)
{
    /// <summary>The first bytes of a shard.</summary>
    public static ReadOnlySpan<byte> Magic => "ReMemTC1"u8;

    /// <summary>The header without its checksum.</summary>
    public byte[] ToBytes()
    {
        byte[] head = [.. Magic, .. Convert.FromHexString(Cache), .. new byte[4 * sizeof(int)]];
        int at = Magic.Length + SHA256.HashSizeInBytes;
        foreach (int number in new[] { View, Shard, Rows, RowBytes })
        {
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(at), number);
            at += sizeof(int);
        }

        return head;
    }
}
