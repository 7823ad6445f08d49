using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>
/// Python's pickle machine (protocols 0 to 5) restricted to data: it builds numbers, text, bytes and containers; all other names go
/// through an <see cref="IPickleWorld"/>, which knows PyTorch's tensor constructors and steps over the rest. Nothing is imported or run.
/// </summary>
internal sealed class PickleReader
{
    /// <summary>Ten times the steps of the largest models' state dicts; each step creates at most one small object.</summary>
    private const int MaxSteps = 4_000_000;

    private const long MaxPickleBytes = 256L << 20;
    private const int MaxTextLength = int.MaxValue;

    /// <summary>Longer text and bytes are neither names nor metadata but arrays of numbers next to the tensors, and are skipped.</summary>
    private const int MaxKeptLength = 1 << 16;

    private const int MaxNumberBytes = 1024;
    private readonly ByteCursor _input;
    private readonly MappedFile _file;
    private readonly IPickleWorld _world;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private object? _result;

    private PickleReader(ByteCursor input, MappedFile file, IPickleWorld world) => (_input, _file, _world) = (input, file, world);

    /// <summary>Reads one pickle and leaves the cursor after it.</summary>
    /// <returns>
    /// null, bool, long, BigInteger, double, string, byte[], object[] (a tuple), List, <see cref="PickleDictionary"/>,
    /// <see cref="PickleOpaque"/>, or a value of the <see cref="IPickleWorld"/>.
    /// </returns>
    /// <exception cref="InputException">It is damaged or too long.</exception>
    public static object? Read(ByteCursor input, MappedFile file, IPickleWorld world)
    {
        var reader = new PickleReader(input, file, world);
        long start = input.At;
        for (int step = 0; step < MaxSteps && input.At - start < MaxPickleBytes; step++)
        {
            if (!reader.Step())
                return reader._result;
        }

        throw file.Broken($"its pickle takes more than {MaxSteps} steps or {MaxPickleBytes} bytes");
    }

    /// <summary>Executes one instruction; false after the last.</summary>
    private bool Step()
    {
        var code = (PickleCode)_input.Byte();
        switch (code)
        {
            case PickleCode.Stop:
                _result = Pop();
                return false;
            case PickleCode.Protocol:
                byte version = _input.Byte();
                if (version > 5)
                    throw Bad($"has protocol {version}");
                break;
            case PickleCode.Frame:
                _input.Take(8);
                break;
            case PickleCode.Mark:
                _marks.Add(_stack.Count);
                break;
            case PickleCode.Pop when _marks.Count > 0 && _marks[^1] == _stack.Count:
            case PickleCode.PopMark:
                PopToMark();
                break;
            case PickleCode.Pop:
                Pop();
                break;
            case PickleCode.Duplicate:
                Push(Peek());
                break;
            default:
                if (!StepScalar(code) && !StepContainer(code) && !StepMemo(code))
                    StepObject(code);
                break;
        }

        return true;
    }

    private bool StepScalar(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.None:
                Push(null);
                break;
            case PickleCode.True or PickleCode.False:
                Push(code == PickleCode.True);
                break;
            case PickleCode.Int8:
                Push((long)_input.Byte());
                break;
            case PickleCode.Int16:
                Push((long)_input.UInt16());
                break;
            case PickleCode.Int32:
                Push((long)_input.Int32());
                break;
            case PickleCode.IntText:
                string text = Line();
                Push(text is "00" or "01" ? text == "01" : Number(text));
                break;
            case PickleCode.LongText:
                Push(Number(Line().TrimEnd('L')));
                break;
            case PickleCode.Long1 or PickleCode.Long4:
                Push(Number(_input.Take(Limit(code == PickleCode.Long1 ? _input.Byte() : _input.UInt32(), MaxNumberBytes))));
                break;
            case PickleCode.Float:
                Push(BinaryPrimitives.ReadDoubleBigEndian(_input.Take(8)));
                break;
            case PickleCode.FloatText:
                Push(
                    double.TryParse(Line(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                    ? value : throw Bad("has an invalid number"));
                break;
            case PickleCode.Text8 or PickleCode.Text32 or PickleCode.Text64:
                PushBytes(Length(code, PickleCode.Text8, PickleCode.Text32), "text", Encoding.UTF8.GetString);
                break;
            case PickleCode.TextLine or PickleCode.StringLine:
                Push(Line().Trim('\'', '"'));
                break;
            case PickleCode.String8 or PickleCode.String32:
                PushBytes(Length(code, PickleCode.String8, PickleCode.String32), "text", Encoding.Latin1.GetString);
                break;
            case PickleCode.Bytes8 or PickleCode.Bytes32 or PickleCode.Bytes64 or PickleCode.ByteArray64:
                PushBytes(Length(code, PickleCode.Bytes8, PickleCode.Bytes32), "bytes", bytes => bytes.ToArray());
                break;
            default:
                return false;
        }

        return true;
    }

    private bool StepContainer(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.EmptyDictionary:
                Push(new PickleDictionary());
                break;
            case PickleCode.EmptyList or PickleCode.EmptySet:
                Push(new List<object?>());
                break;
            case PickleCode.EmptyTuple:
                Push(Array.Empty<object?>());
                break;
            case PickleCode.Tuple:
                Push(PopToMark());
                break;
            case PickleCode.Tuple1 or PickleCode.Tuple2 or PickleCode.Tuple3:
                object?[] tuple = new object?[code - PickleCode.Tuple1 + 1];
                for (int i = tuple.Length - 1; i >= 0; i--)
                    tuple[i] = Pop();
                Push(tuple);
                break;
            case PickleCode.List or PickleCode.FrozenSet:
                Push(new List<object?>(PopToMark()));
                break;
            case PickleCode.Dictionary:
                object?[] pairs = PopToMark();
                var dictionary = new PickleDictionary();
                Add(dictionary, pairs);
                Push(dictionary);
                break;
            case PickleCode.Append:
                object? item = Pop();
                Items()?.Add(item);
                break;
            case PickleCode.Appends or PickleCode.AddItems:
                object?[] items = PopToMark();
                Items()?.AddRange(items);
                break;
            case PickleCode.SetItem:
                object? set = Pop(), key = Pop();
                Add(Entries(), [key, set]);
                break;
            case PickleCode.SetItems:
                object?[] entries = PopToMark();
                Add(Entries(), entries);
                break;
            default:
                return false;
        }

        return true;
    }

    private bool StepMemo(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Put8:
                _memo[_input.Byte()] = Peek();
                break;
            case PickleCode.Put32:
                _memo[_input.UInt32()] = Peek();
                break;
            case PickleCode.PutText:
                _memo[Whole(Number(Line()))] = Peek();
                break;
            case PickleCode.Memoize:
                _memo[_memo.Count] = Peek();
                break;
            case PickleCode.Get8:
                Push(Recall(_input.Byte()));
                break;
            case PickleCode.Get32:
                Push(Recall(_input.UInt32()));
                break;
            case PickleCode.GetText:
                Push(Recall(Whole(Number(Line()))));
                break;
            default:
                return false;
        }

        return true;
    }

    private void StepObject(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Global:
                string module = Line(), name = Line();
                Push(_world.Find(module, name));
                break;
            case PickleCode.StackGlobal:
                object? second = Pop(), first = Pop();
                Push(first is string m && second is string n ? _world.Find(m, n) : throw Bad("names a global without text"));
                break;
            case PickleCode.Reduce or PickleCode.New:
                object? arguments = Pop(), callable = Pop();
                Push(Call(callable, arguments));
                break;
            case PickleCode.NewWithKeywords:
                object? keywords = Pop(), positional = Pop(), type = Pop();
                Push(keywords is PickleDictionary { Items.Count: 0 } ? Call(type, positional)
                    : keywords is PickleDictionary && Named(type) is { } made ? new PickleOpaque(made)
                    : throw Bad("calls something with invalid keyword arguments"));
                break;
            case PickleCode.Object:
                object?[] parts = PopToMark();
                Push(parts.Length > 0 ? Call(parts[0], parts[1..]) : throw Bad("creates an object without arguments"));
                break;
            case PickleCode.Instance:
                string home = Line(), kind = Line();
                Push(Call(_world.Find(home, kind), PopToMark()));
                break;
            case PickleCode.Extension8 or PickleCode.Extension16 or PickleCode.Extension32:
                long number = code == PickleCode.Extension8
                    ? _input.Byte()
                    : code == PickleCode.Extension16 ? _input.UInt16() : _input.Int32();
                Push(_world.Find("copyreg", $"extension {number}"));
                break;
            case PickleCode.Build:
                Build(Pop());
                break;
            case PickleCode.PersistentId:
                Push(_world.Load(Pop()) ?? throw Bad("has a persistent id that is not a storage"));
                break;
            case PickleCode.PersistentText:
                Push(_world.Load(Line()) ?? throw Bad("has a persistent id that is not a storage"));
                break;
            default:
                throw Bad($"has the instruction 0x{(byte)code:x2}, which no state dict needs");
        }
    }

    private object Call(object? callable, object? arguments)
    {
        if (Named(callable) is not { } name || arguments is not (object?[] or PickleOpaque))
            throw Bad("calls something that is not a function");
        return callable is PickleGlobal global && arguments is object?[] values
            ? _world.Call(global, values) ?? throw Bad($"calls {global.Name} with arguments that it does not take")
            : new PickleOpaque(name);
    }

    /// <summary>The name of a callable; null for plain values.</summary>
    private static string? Named(object? callable) =>
        callable switch { PickleGlobal global => global.Name, PickleOpaque opaque => opaque.Name, _ => null };

    /// <summary>
    /// Attributes: kept where they may hold a model's tensors; otherwise they are not weights, such as PyTorch's _metadata of an ordered
    /// dictionary.
    /// </summary>
    private void Build(object? state)
    {
        object? target = Peek();
        if (target is PickleOpaque opaque)
            opaque.State = state as PickleDictionary ?? (state is object?[] { Length: 2 } both ? both[0] as PickleDictionary : null);
        else if (target is null or bool or long or double or BigInteger or string or byte[] or List<object?> or object?[])
            throw Bad("sets attributes of something that has none");
    }

    /// <summary>The list on top of the stack; null where it is stepped over.</summary>
    private List<object?>? Items() => Peek() is PickleOpaque ? null : Top<List<object?>>();

    /// <summary>The dictionary on top of the stack, or the entries of an object that is stepped over.</summary>
    private PickleDictionary Entries() => Peek() is PickleOpaque opaque ? opaque.Items ??= new PickleDictionary() : Top<PickleDictionary>();

    private void PushBytes(long length, string kind, Func<ReadOnlySpan<byte>, object> read)
    {
        if (length <= MaxKeptLength)
        {
            Push(read(_input.Take(length)));
            return;
        }

        _input.Skip(length);
        Push(new PickleOpaque($"{length} bytes of {kind}"));
    }

    private void Add(PickleDictionary dictionary, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw Bad("has a key without a value");
        for (int i = 0; i < pairs.Length; i += 2)
            dictionary.Items.Add(KeyValuePair.Create(pairs[i], pairs[i + 1]));
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() =>
        _stack.Count > (_marks.Count > 0 ? _marks[^1] : 0) ? _stack[^1] : throw Bad("takes a value where there is none");

    private object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private T Top<T>() => Peek() is T container ? container : throw Bad("adds to something that is not a container");

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw Bad("goes back to a mark that is not set");
        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        object?[] values = CollectionsMarshal.AsSpan(_stack)[mark..].ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private object? Recall(long key) =>
        _memo.TryGetValue(key, out object? value) ? value : throw Bad("recalls a value that it never stored");

    private long Length(PickleCode code, PickleCode of8, PickleCode of32) =>
        Limit(code == of8 ? _input.Byte() : code == of32 ? _input.UInt32() : _input.Int64(), MaxTextLength);

    private string Line() => Encoding.UTF8.GetString(_input.Line());

    private long Limit(long length, int max) =>
        length >= 0 && length <= max ? length : throw Bad($"has a number or text of {length} bytes");

    private static object Number(ReadOnlySpan<byte> littleEndian) => Narrow(new BigInteger(littleEndian));

    private object Number(string text) =>
        text.Length <= MaxNumberBytes && BigInteger.TryParse(
            text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger value)
            ? Narrow(value)
            : throw Bad("has an invalid number");

    private static object Narrow(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    private long Whole(object number) => number is long value ? value : throw Bad("has an index beyond 64 bits");

    private InputException Bad(string why) => _file.Broken($"its pickle {why}");
}
