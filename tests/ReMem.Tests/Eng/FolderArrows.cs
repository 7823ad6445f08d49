using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ReMem.Tests.Eng;

/// <summary>Reads from compiled code which folder uses which. A type's folder is its namespace; a test compares it with its file.</summary>
internal static partial class FolderArrows
{
    /// <summary>Every use of one folder's type by another folder's.</summary>
    /// <param name="module">The compiled code.</param>
    /// <param name="root">The namespace of the source's root folder, as "ReMem". Types outside of it are left out.</param>
    public static IReadOnlyList<FolderArrow> Read(ModuleDefinition module, string root)
    {
        var found = new HashSet<FolderArrow>();
        foreach (TypeDefinition type in module.GetTypes())
        {
            TypeDefinition outer = type;
            while (outer.DeclaringType is not null)
                outer = outer.DeclaringType;
            if (Folder(outer, root) is not string from)
                continue;
            foreach ((string member, TypeReference? used) in Uses(type))
            {
                foreach (TypeReference part in Parts(used).Where(p => p is TypeDefinition || p.Scope == module))
                {
                    if (Folder(part, root) is string to && to != from)
                        found.Add(new FolderArrow(from, to, $"{outer.Name}.{member}", part.Name));
                }
            }
        }

        return [.. found];
    }

    /// <summary>Every using line of a folder's sources that names another folder of the same root.</summary>
    /// <param name="folder">The sources' root.</param>
    /// <param name="root">Its namespace.</param>
    public static IReadOnlyList<FolderArrow> OfUsings(string folder, string root) =>
    [
        .. from file in Sources(folder)
           let own = NamespaceOf(file)
           where own is not null
           from Match line in UsingLine().Matches(File.ReadAllText(file))
           let used = line.Groups[1].Value
           where used != own && used.StartsWith(root + ".", StringComparison.Ordinal)
           let start = own == root ? "" : own[(root.Length + 1)..]
           select new FolderArrow(start, used[(root.Length + 1)..], Path.GetFileName(file), "a using line"),
    ];

    /// <summary>The source files of a folder, without what a build makes.</summary>
    public static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    /// <summary>A source file's namespace; null where it has none, as a program's entry.</summary>
    public static string? NamespaceOf(string file) =>
        NamespaceLine().Match(File.ReadAllText(file)) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>
    /// The arrows that run against the order, where a folder may use only those before it. A folder that the order does not name is
    /// against it, too.
    /// </summary>
    public static IEnumerable<FolderArrow> Against(IEnumerable<FolderArrow> arrows, IReadOnlyList<string> order)
    {
        List<string> places = ["", .. order];
        return arrows.Where(a => a.Start != a.End && !(places.Contains(a.End) && places.IndexOf(a.End) < places.IndexOf(a.Start)));
    }

    /// <summary>The arrows that are part of a cycle: from where they end, others lead back to where they start.</summary>
    public static IEnumerable<FolderArrow> Cyclic(IReadOnlyCollection<FolderArrow> arrows)
    {
        ILookup<string, string> next = arrows.Select(a => (a.From, a.To)).Distinct().ToLookup(a => a.From, a => a.To);
        Dictionary<string, HashSet<string>> reached = arrows.Select(a => a.To).Distinct().ToDictionary(f => f, f => Reached(f, next));
        return arrows.Where(a => reached[a.To].Contains(a.From));
    }

    private static HashSet<string> Reached(string start, ILookup<string, string> next)
    {
        var seen = new HashSet<string>();
        var left = new Stack<string>(next[start]);
        while (left.TryPop(out string? folder))
        {
            if (!seen.Add(folder))
                continue;
            foreach (string further in next[folder])
                left.Push(further);
        }

        return seen;
    }

    /// <summary>The folder within the root; null for a type from elsewhere.</summary>
    private static string? Folder(TypeReference type, string root)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        if (type.Namespace == root)
            return "";
        return type.Namespace.StartsWith(root + ".", StringComparison.Ordinal) ? type.Namespace[(root.Length + 1)..] : null;
    }

    /// <summary>The types that a type names, with the member that does.</summary>
    private static IEnumerable<(string Member, TypeReference? Type)> Uses(TypeDefinition type)
    {
        yield return ("(base)", type.BaseType);
        foreach (InterfaceImplementation implemented in type.Interfaces)
            yield return ("(interface)", implemented.InterfaceType);
        foreach (TypeReference named in Attributes(type).Concat(Constraints(type)))
            yield return ("(attributes and constraints)", named);
        foreach (FieldDefinition field in type.Fields)
        {
            yield return (field.Name, field.FieldType);
            foreach (TypeReference named in Attributes(field))
                yield return (field.Name, named);
        }

        foreach (IMemberDefinition member in type.Properties.Concat<IMemberDefinition>(type.Events))
        {
            foreach (TypeReference named in Attributes((ICustomAttributeProvider)member))
                yield return (member.Name, named);
        }

        foreach (MethodDefinition method in type.Methods)
        {
            foreach (TypeReference? named in Uses(method))
                yield return (type.DeclaringType is null ? method.Name : $"{type.Name}.{method.Name}", named);
        }
    }

    private static IEnumerable<TypeReference?> Uses(MethodDefinition method)
    {
        IEnumerable<TypeReference?> signature =
        [
            .. Named(method), .. Attributes(method), .. Attributes(method.MethodReturnType), .. Constraints(method),
            .. method.Parameters.SelectMany(Attributes), .. method.Overrides.SelectMany(Named),
        ];
        if (!method.HasBody)
            return signature;
        MethodBody body = method.Body;
        return
        [
            .. signature, .. body.Variables.Select(v => v.VariableType), .. body.ExceptionHandlers.Select(h => h.CatchType),
            .. body.Instructions.SelectMany(Named),
        ];
    }

    private static IEnumerable<TypeReference?> Named(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference called => Named(called),
        CallSite site => [site.ReturnType, .. site.Parameters.Select(p => p.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference?> Named(MethodReference method) =>
    [
        method.DeclaringType, method.ReturnType, .. method.Parameters.Select(p => p.ParameterType),
        .. method is GenericInstanceMethod generic ? generic.GenericArguments.AsEnumerable() : [],
    ];

    private static IEnumerable<TypeReference> Attributes(ICustomAttributeProvider provider)
    {
        foreach (CustomAttribute attribute in provider.CustomAttributes)
        {
            yield return attribute.AttributeType;
            IEnumerable<CustomAttributeArgument> named = attribute.Properties.Concat(attribute.Fields).Select(n => n.Argument);
            IEnumerable<CustomAttributeArgument> arguments = attribute.ConstructorArguments.Concat(named);
            foreach (CustomAttributeArgument argument in arguments)
            {
                yield return argument.Type;
                if (argument.Value is TypeReference value)
                    yield return value;
            }
        }
    }

    private static IEnumerable<TypeReference> Constraints(IGenericParameterProvider provider) =>
        provider.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType);

    /// <summary>A type and the types within it: an array's element, a generic type's arguments.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => Parts(generic.ElementType).Concat(generic.GenericArguments.SelectMany(Parts)),
        IModifierType modified => Parts(modified.ElementType).Concat(Parts(modified.ModifierType)),
        FunctionPointerType pointer => Parts(pointer.ReturnType).Concat(pointer.Parameters.SelectMany(p => Parts(p.ParameterType))),
        TypeSpecification inner => Parts(inner.ElementType),
        _ => [type],
    };

    [GeneratedRegex(@"^using (?:static )?(ReMem[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
