#pragma once
// How the report page looks. Colours of stances keep apart for the colour-blind and in both schemes; nothing is told by
// colour alone.

#include <string_view>

namespace ivig::batch {

inline constexpr std::string_view kReportStyle = R"css(
:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#57606a;--line:#d5dae0;--link:#0b5cad;
--s1:#1a7f64;--s2:#6fb8e0;--s3:#e0b22d;--s4:#d9662b;--s5:#a3203c;--s0:#9aa2ac;--bar:#3b6ea5;--range:#1a7f6430}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1d2126;--ink:#e6e9ec;--soft:#a3adb8;--line:#353c44;
--link:#7ab8f5;--s1:#35a485;--s2:#7cc0ea;--s3:#e3bb48;--s4:#e67e45;--s5:#d9556f;--s0:#6f7883;--bar:#6d9fd4;
--range:#35a48540}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}h1{font-size:1.6rem;margin:0 0 .25rem;line-height:1.25}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:0}p{margin:.4rem 0}.soft,.soft a{color:var(--soft)}a{color:var(--link)}
nav a{margin-right:1rem;display:inline-block;padding:.2rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem}
.tile b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:auto;overflow:visible}
td svg{min-width:8rem;max-width:16rem}
.s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}.s4{fill:var(--s4)}.s5{fill:var(--s5)}
.bar{fill:var(--bar)}.range{fill:var(--range)}.grid{stroke:var(--line);stroke-width:1}
.tick{fill:var(--soft);font-size:11px}.end{text-anchor:end}.mid{text-anchor:middle}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.3rem 0 .6rem;list-style:none;font-size:.9rem}
.key svg{display:inline-block;width:.9rem;height:.9rem;margin-right:.35rem;vertical-align:-.1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;color:var(--soft);padding:.2rem 0}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1.2rem}
.finding{border:1px solid var(--line);border-left:.35rem solid var(--s0);border-radius:.4rem;padding:.6rem .9rem;
margin:.7rem 0;background:var(--card);break-inside:avoid}
.critical{border-left-color:var(--s5)}.warning{border-left-color:var(--s4)}.info{border-left-color:var(--s2)}
.mark{font-size:.8rem;font-weight:600;text-transform:uppercase;letter-spacing:.03em;margin-right:.5rem}
.many{float:right;margin-left:1rem;font-variant-numeric:tabular-nums}
summary{cursor:pointer;color:var(--link)}code{font-size:.88em;overflow-wrap:anywhere}
dt{font-weight:600;margin-top:.8rem}dd{margin:0 0 0 1rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
footer{padding-bottom:2rem;margin-top:2rem;color:var(--soft);font-size:.9rem}
@media print{:root{color-scheme:light}body{font-size:10pt}nav{display:none}.tile,.finding{background:none}
h2{break-after:avoid}tr,.charts>figure{break-inside:avoid}a{color:inherit}*{print-color-adjust:exact}}
figure{margin:0}figcaption{font-size:.9rem;margin-bottom:.2rem}
)css";

}  // namespace ivig::batch
