namespace ReMem.Reports;

/// <summary>
/// The page's style sheet: system fonts, light or dark as the reader prefers, and colours that differ in both lightness and hue.
/// </summary>
internal static class HtmlStyle
{
    public const string Css = """
        :root { color-scheme: light dark;
          --page: #fbfaf8; --card: #ffffff; --ink: #1c1e21; --soft: #5c6470; --line: #dfe2e6; --accent: #1f5fbf;
          --c0: #6b7280; --c1: #1f6fd0; --c2: #d9660a; --c3: #17885a; --c4: #8a3fc4; --up: #0f7a4a; --down: #b3261e; }
        @media screen and (prefers-color-scheme: dark) { :root {
          --page: #14161a; --card: #1c1f25; --ink: #e7e9ec; --soft: #a0a8b4; --line: #343a44; --accent: #7fb2ff;
          --c0: #a3abb8; --c1: #6aaeff; --c2: #ff9d4d; --c3: #4fd19a; --c4: #c792ff; --up: #5fd79e; --down: #ff8a80; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
        main { max-width: 1240px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 2.4rem 0 .8rem; }
        p { margin: .4rem 0; } .soft, figcaption { color: var(--soft); font-size: .92rem; }
        .headline { font-size: 1.12rem; border-left: 4px solid var(--accent); padding: .5rem 0 .5rem .9rem; margin: 1.2rem 0; }
        .caveat { border-left-color: var(--down); } .failed { color: var(--down); border-left-color: var(--down); font-weight: 600; }
        section > .card, figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
          padding: 1rem 1.1rem; margin: 0; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
        th, td { padding: .42rem .45rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; font-size: .88rem; color: var(--soft); } th[scope=row] { color: var(--ink); font-size: inherit; }
        th.group { text-align: center; }
        th:first-child[scope=row], thead tr:first-child th:first-child, td.text, th.text { text-align: left; }
        td.text { white-space: normal; overflow-wrap: anywhere; }
        tbody tr:last-child > * { border-bottom: 0; }
        .dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .5em; background: var(--c); }
        .badge { border: 1px solid currentColor; border-radius: 99px; padding: .05rem .6rem; font-size: .84rem; }
        .higher { color: var(--up); } .lower { color: var(--down); } .noise { color: var(--soft); }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1rem; }
        figcaption { margin-top: .3rem; } figure h3 { margin: 0 0 .5rem; font-size: 1rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0; } dt { color: var(--soft); }
        dd { margin: 0; overflow-wrap: anywhere; } details { margin-top: .8rem; } summary { cursor: pointer; color: var(--accent); }
        pre { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
          padding: .8rem 1rem; overflow-x: auto; font-size: .86rem; margin: .6rem 0; }
        .chart { display: block; width: 100%; max-width: 42rem; height: auto; font-size: 12px; }
        .chart text { fill: var(--ink); } .chart .tick { fill: var(--soft); } .grid { stroke: var(--line); }
        .axis { stroke: var(--soft); fill: none; }
        .line { fill: none; stroke: var(--c); stroke-width: 1.8; stroke-linejoin: round; }
        .level { stroke: var(--c); stroke-dasharray: 6 5; stroke-width: 1.6; }
        .error { stroke: var(--c); stroke-width: 1.8; } .marker { fill: var(--c); stroke: var(--card); } .faint { opacity: .65; }
        .bar { fill: var(--c); } .pale { opacity: .45; } .seed { fill: var(--card); stroke: var(--ink); }
        .whisker { stroke: var(--ink); stroke-width: 1.8; }
        .s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); } .s4 { --c: var(--c4); }
        .s5 { --c: var(--soft); }
        @media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
        @media print { :root { color-scheme: light; --page: #fff; } .wide, pre { overflow-x: visible; }
          main { padding: 0; } table { font-size: .72rem; } th, td { padding: .25rem; white-space: normal; overflow-wrap: anywhere; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; } figure, pre, tr { break-inside: avoid; } }
        """;
}
