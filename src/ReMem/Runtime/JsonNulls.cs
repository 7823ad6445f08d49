using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace ReMem.Runtime;

/// <summary>
/// Finds nulls inside lists and dictionaries whose element type is not nullable. The serializer checks properties only, and a null in a
/// list would only fail where it is used, far from the file.
/// </summary>
internal static class JsonNulls
{
    private const int MaxDepth = 64;
    private static readonly ConcurrentDictionary<Type, (PropertyInfo Property, NullabilityInfo Nullability)[]> Properties = new();

    /// <summary>The path of a null that is not allowed, such as "splits[2]"; null where there is none.</summary>
    public static string? Find(object value) => Of(value, "", 0);

    private static string? Of(object value, string place, int depth)
    {
        Type type = value.GetType();
        if (depth > MaxDepth || type.Namespace is not { } space || !space.StartsWith("ReMem", StringComparison.Ordinal) || type.IsEnum)
            return null;
        foreach ((PropertyInfo property, NullabilityInfo nullability) in Properties.GetOrAdd(type, Readable))
        {
            if (property.GetValue(value) is { } inside
                && In(inside, nullability, place.Length == 0 ? property.Name : $"{place}.{property.Name}", depth + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? In(object value, NullabilityInfo nullability, string place, int depth)
    {
        if (value is string || value is not IEnumerable items)
            return Of(value, place, depth);
        NullabilityInfo? element = nullability.ElementType ?? nullability.GenericTypeArguments.LastOrDefault();
        if (element?.Type.IsPrimitive != false)
            return null;
        int index = 0;
        foreach (object? entry in items)
        {
            (string key, object? item) = entry is null ? ($"{index}", null) : Entry(entry, index);
            string at = $"{place}[{key}]";
            if (item is null)
            {
                if (element.ReadState == NullabilityState.NotNull)
                    return at;
            }
            else if (In(item, element, at, depth + 1) is { } found)
            {
                return found;
            }

            index++;
        }

        return null;
    }

    /// <summary>A dictionary's pair has its value checked; anything else is the item itself.</summary>
    private static (string Key, object? Item) Entry(object entry, int index)
    {
        Type type = entry.GetType();
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
            ? ($"{type.GetProperty("Key")!.GetValue(entry)}", type.GetProperty("Value")!.GetValue(entry))
            : ($"{index}", entry);
    }

    /// <summary>Stored properties only: computed ones may throw on a value that is not checked yet.</summary>
    private static (PropertyInfo, NullabilityInfo)[] Readable(Type type)
    {
        var context = new NullabilityInfoContext();
        return
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p =>
                    p.GetIndexParameters().Length == 0 && p.CanWrite && !p.PropertyType.IsPrimitive && p.PropertyType != typeof(string))
                .Select(p => (p, context.Create(p))),
        ];
    }
}
