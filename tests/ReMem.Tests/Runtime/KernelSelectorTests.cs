using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class KernelSelectorTests : IDisposable
{
    /// <summary>Those of a processor without AVX-512.</summary>
    private static readonly IReadOnlyList<KernelSet> Sets = KernelSet.For(isX86: true, hasMatmul: false, null);

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _checked = [];
    private readonly List<string> _notices = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_fastest_is_taken_where_it_is_right_and_nothing_else_is_checked()
    {
        KernelChoice choice = Selector().Choose(null)!;
        Assert.Equal("products", choice.Name);
        Assert.True(choice.AllowsBf16);
        Assert.Equal(["products"], _checked);
        Assert.Contains("checking whether libtorch computes correctly", Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Fact]
    public void A_choice_is_remembered_and_made_again_for_another_processor()
    {
        Selector().Choose(null);
        KernelChoice again = Selector().Choose(null)!;
        Assert.Equal("products", again.Name);
        Assert.Equal(["products"], _checked);
        Selector(key: "another processor").Choose(null);
        Assert.Equal(["products", "products"], _checked);
    }

    [Theory]
    [InlineData("products:wrong", "default")]
    [InlineData("products:die,default:wrong", "avx2")]
    [InlineData("products:hang,default:die,avx2:die", "avx")]
    [InlineData("products:bf16", "default")]
    [InlineData("products:wrong,default:wrong,avx2:wrong,avx:wrong,sse41:wrong", "off")]
    [InlineData("products:bf16,default:wrong,avx2:bf16,avx:bf16,sse41:bf16,off:bf16", "products")]
    public void The_fastest_right_set_is_taken(string faults, string expected)
    {
        KernelChoice choice = Selector(faults).Choose(null)!;
        Assert.Equal(expected, choice.Name);
        Assert.Equal(!faults.Contains($"{expected}:bf16", StringComparison.Ordinal), choice.AllowsBf16);
        Assert.Equal(expected, Selector(faults).Choose(null)!.Name);
        Assert.Equal(_checked.Distinct(), _checked);
        string named = $"kernels 'products' ({KernelSet.Named("products").What}): ";
        Assert.Contains(_notices, n => n.StartsWith(named, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("products:slow", "default")]
    [InlineData("products:slow,default:wrong", "products")]
    [InlineData("products:slow,default:bf16", "products")]
    public void Products_that_are_slower_are_taken_only_where_libtorchs_convolutions_are_wrong(string faults, string expected)
    {
        Assert.Equal(expected, Selector(faults).Choose(null)!.Name);
        Assert.Equal(expected, Selector(faults).Choose(null)!.Name);
        Assert.Equal(["products", "default"], _checked);
    }

    [Theory]
    [InlineData("", "matmul", "matmul")]
    [InlineData("matmul:pass", "products", "matmul products")]
    [InlineData("matmul:wrong", "products", "matmul products")]
    [InlineData("matmul:die,products:wrong", "default", "matmul products default")]
    [InlineData("matmul:bf16", "products", "matmul products")]
    [InlineData("matmul:slow", "default", "matmul default")]
    [InlineData("matmul:slow,default:wrong", "matmul", "matmul default")]
    [InlineData("matmul:pass,products:slow", "default", "matmul products default")]
    public void Products_of_oneDNN_are_taken_where_they_are_right_and_not_slower(string faults, string expected, string needed)
    {
        Assert.Equal(expected, Selector(faults, sets: KernelSet.All).Choose(null)!.Name);
        KernelChoice again = Selector(faults, sets: KernelSet.All).Choose(null)!;
        Assert.Equal(expected, again.Name);
        Assert.Equal(needed.Split(' '), _checked);
        bool passes = faults.Contains("matmul:pass", StringComparison.Ordinal);
        Assert.Equal(passes, again.Outcomes[0].Verdict.StartsWith("not used", StringComparison.Ordinal));
        bool isWrong = !passes && !faults.Contains("matmul:slow", StringComparison.Ordinal) && faults.Length > 0;
        Assert.Equal(isWrong, again.Reason.Contains("matmul", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_computed_where_no_set_is_right()
    {
        string all = string.Join(',', Sets.Select(r => $"{r.Name}:wrong"));
        var error = Assert.Throws<ReMemException>(() => Selector(all).Choose(null));
        Assert.StartsWith("libtorch computes wrong results on this processor", error.Message, StringComparison.Ordinal);
        Assert.Contains("products wrong by 6 % (1 of 2 cases): case", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
        // Known by now, and refused again without a check.
        Assert.Throws<ReMemException>(() => Selector(all).Choose(null));
        Assert.Equal(Sets.Count, _checked.Count);
    }

    [Fact]
    public void A_set_that_the_user_names_is_taken_with_a_warning_where_it_is_wrong()
    {
        KernelChoice choice = Selector("avx:wrong").Choose("AVX")!;
        Assert.Equal(("avx", true), (choice.Name, choice.IsForced));
        Assert.Equal(["avx"], _checked);
        Assert.Contains(
            _notices, n => n.StartsWith("warning: REMEM_KERNELS=avx is used as requested, but: wrong by 6 %", StringComparison.Ordinal));
        Assert.Equal("off", Selector().Choose("off")!.Name);
        Assert.DoesNotContain(_notices, n => n.Contains("REMEM_KERNELS=off", StringComparison.Ordinal));
        Assert.Contains(
            "did you mean 'avx2'", Assert.Throws<InputException>(() => Selector().Choose("avx3")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_memory_that_cannot_be_written_is_reported_and_the_choice_stands()
    {
        string file = _folder.File("file");
        File.WriteAllText(file, "no folder");
        Assert.Equal("default", Selector("products:die", folder: file).Choose(null)!.Name);
        Assert.Contains(_notices, n => n.Contains("could not be stored", StringComparison.Ordinal));
        Assert.Equal("default", Selector("products:die", folder: file).Choose(null)!.Name);
        Assert.Equal(["products", "default", "products", "default"], _checked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("this processor\n\n")]
    [InlineData("this processor\n\n\n")]
    [InlineData("a stale one\n\nproducts\tRight\t1E-06\t0.004\t1.3\t0\t2\t1\tcase\tmixed case\t\tas products\n")]
    public void A_memory_that_says_nothing_usable_is_made_again(string content)
    {
        Selector("products:wrong").Choose(null);
        File.WriteAllText(Assert.Single(Directory.GetFiles(_folder.Path, "*.txt")), content);
        Assert.Equal("default", Selector("products:wrong").Choose(null)!.Name);
        Assert.Equal(["products", "default", "products", "default"], _checked);
    }

    [Fact]
    public void Where_no_process_can_be_started_there_is_no_choice()
    {
        Assert.Null(Selector("products:none").Choose(null));
        Assert.Contains(_notices, n => n.Contains("this process checks them", StringComparison.Ordinal));
    }

    [Fact]
    public void All_sets_are_checked_for_the_doctor_once_or_again()
    {
        Selector("products:wrong").Choose(null);
        IReadOnlyList<KernelOutcome> all = Selector("products:wrong").CheckAll(again: false);
        Assert.Equal(Sets.Select(r => r.Name), all.Select(o => o.Name));
        Assert.Equal(Sets.Count, _checked.Count);
        Selector().CheckAll(again: true);
        Assert.Equal(2 * Sets.Count, _checked.Count);
        Assert.Equal("products", Selector().Choose(null)!.Name);
    }

    [Fact]
    public void The_users_own_limit_of_instructions_is_kept()
    {
        Assert.Equal(["products", "default", "off"], KernelSet.For(isX86: true, hasMatmul: true, "AVX2").Select(r => r.Name));
        Assert.Equal(["products", "default", "off"], KernelSet.For(isX86: false, hasMatmul: false, null).Select(r => r.Name));
        var cpu = new CpuIdentity("a", "b");
        string Key(params (string Name, string Value)[] given) =>
            KernelSelector.Key(cpu, "2.10.0", name => given.FirstOrDefault(g => g.Name == name).Value);
        Assert.Equal(Key(), Key(("UNRELATED", "1")));
        Assert.NotEqual(Key(), Key(("ONEDNN_MAX_CPU_ISA", "AVX2")));
        Assert.NotEqual(Key(), KernelSelector.Key(cpu with { Details = "other caches" }, "2.10.0", _ => null));
        Assert.NotEqual(Key(), KernelSelector.Key(cpu, "2.10.1", _ => null));
        Assert.Equal("AVX2", KernelSelector.UserIsa(name => name == "DNNL_MAX_CPU_ISA" ? "AVX2" : null));
    }

    private KernelSelector Selector(
        string faults = "", string key = "this processor", string? folder = null, IReadOnlyList<KernelSet>? sets = null) => new(
        sets ?? Sets,
        set =>
        {
            _checked.Add(set.Name);
            string fault = faults.Split(',').Select(f => f.Split(':')).FirstOrDefault(f => f[0] == set.Name)?[1] ?? "";
            double error = fault == "wrong" ? 0.06 : 1e-6, mixed = fault == "bf16" ? 0.5 : 4e-3;
            KernelStatus status = fault switch
            {
                "wrong" => KernelStatus.Wrong,
                "die" => KernelStatus.Died,
                "hang" => KernelStatus.TooSlow,
                "none" => KernelStatus.NotChecked,
                "pass" => KernelStatus.Passed,
                _ => KernelStatus.Right,
            };
            return new KernelOutcome(set.Name, set.What, status, error, "case", mixed, "mixed case", error > 1e-5 ? 1 : 0, 2, 1, null)
            {
                Speed = set.Products ? (fault == "slow" ? 0.9 : 1.3) : null,
            };
        },
        new KernelMemory(key, folder ?? _folder.Path),
        _notices.Add);
}
