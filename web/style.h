#pragma once
// How the console looks. Stances and loudness are told by words and, besides, by colour; colours keep 4.5:1 against
// their ground in both schemes.

#include <string_view>

namespace ivig::web {

inline constexpr std::string_view kConsoleStyle = R"css(
:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#57606a;--line:#d5dae0;--link:#0b5cad;
--recommended:#13664f;--may-consider:#1b6189;--insufficient-evidence:#6f5300;--not-recommended:#a3410b;--harmful:#a3203c;
--info:#1b6189;--warning:#a3410b;--critical:#a3203c;--on:#fff;--range:#1a7f6440;--scale:#e3e7ec;
--s1:#1a7f64;--s2:#6fb8e0;--s3:#e0b22d;--s4:#d9662b;--s5:#a3203c;--s0:#9aa2ac;--bar:#3b6ea5}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1d2126;--ink:#e6e9ec;--soft:#a3adb8;--line:#353c44;
--link:#7ab8f5;--recommended:#57c9a8;--may-consider:#7cc0ea;--insufficient-evidence:#e3bb48;--not-recommended:#f0955f;
--harmful:#f0849a;--info:#7cc0ea;--warning:#f0955f;--critical:#f0849a;--on:#14171a;--range:#35a48560;--scale:#2a3037;
--s1:#35a485;--s2:#7cc0ea;--s3:#e3bb48;--s4:#e67e45;--s5:#d9556f;--s0:#6f7883;--bar:#6d9fd4}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main,footer,.bar{max-width:76rem;margin:0 auto;padding:0 1rem}
a{color:var(--link)}.soft,.soft a{color:var(--soft)}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.4rem .8rem;z-index:1}
.top{border-bottom:1px solid var(--line);background:var(--card)}
.bar{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:center;padding-top:.5rem;padding-bottom:.5rem}
.brand{font-weight:650}@media(max-width:34rem){.brand{flex-basis:100%}}nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;flex:1}
nav a{padding:.25rem 0;text-decoration:none}nav a[aria-current]{color:var(--ink);font-weight:600;
box-shadow:inset 0 -2px var(--link)}
.who{display:flex;gap:.6rem;align-items:center;margin:0}
h1{font-size:1.5rem;line-height:1.25;margin:1rem 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.12rem;margin:0 0 .6rem}h3{font-size:1rem;margin:.2rem 0 .4rem}p{margin:.4rem 0}
section{border-top:1px solid var(--line);padding:1rem 0;margin:0}
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:0 2rem}
.columns>div,.columns>aside{min-width:0}
@media(min-width:64rem){.columns{grid-template-columns:minmax(0,1fr) 20rem}
.columns>aside>section{position:sticky;top:1rem;border:1px solid var(--line);border-radius:.5rem;padding:1rem;
background:var(--card);margin-top:1rem}}
.marks{display:flex;flex-wrap:wrap;gap:.5rem}
.stance{font-weight:650;border:1.5px solid;border-radius:.4rem;padding:.02rem .45rem;white-space:nowrap;font-size:.92em}
.recommended{color:var(--recommended)}.may-consider{color:var(--may-consider)}
.insufficient-evidence{color:var(--insufficient-evidence)}.not-recommended{color:var(--not-recommended)}
.harmful{color:var(--harmful)}.no-stance{color:var(--soft)}
.mark{font-size:.8rem;font-weight:650;text-transform:uppercase;letter-spacing:.03em;border-radius:.3rem;padding:.1rem .4rem;
color:var(--on);white-space:nowrap}
.mark.info{background:var(--info)}.mark.warning{background:var(--warning)}.mark.critical{background:var(--critical)}
.mark.silent{color:var(--soft);background:none;border:1px solid var(--line)}
.verdict{white-space:nowrap;font-weight:600}.verdict.approve{color:var(--recommended)}.verdict.deny{color:var(--harmful)}
.verdict.more-information{color:var(--insufficient-evidence)}.verdict.open{color:var(--soft);font-weight:400}
dl.short{display:grid;grid-template-columns:minmax(0,1fr);gap:.1rem 1rem;margin:0}
dl.short dt{font-weight:600}dl.short dd{margin:0 0 .6rem;overflow-wrap:anywhere}
@media(min-width:40rem){dl.short{grid-template-columns:11rem minmax(0,1fr)}}
ul{margin:.2rem 0;padding-left:1.2rem}li{margin:.2rem 0}
.side{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr));gap:1rem}
.side article{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .9rem;background:var(--card)}
.row+.row{border-top:1px dashed var(--line);margin-top:.6rem;padding-top:.4rem}
.pre{border-left:.25rem solid var(--line);padding-left:.6rem}.pre.unmet,.pre.unknown{border-color:var(--warning)}
.pre.met{border-color:var(--recommended)}
.card{border:1px solid var(--line);border-left:.35rem solid var(--line);border-radius:.4rem;padding:.6rem .9rem;
margin:.7rem 0;background:var(--card)}.card.critical{border-left-color:var(--critical)}
.card.warning{border-left-color:var(--warning)}.card.info{border-left-color:var(--info)}
.detail{overflow-wrap:anywhere}.detail h6{font-size:1rem;margin:.4rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.94rem}
caption{text-align:left;color:var(--soft);padding:.2rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--line)}
th[scope=row]{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums}
@media(max-width:44rem){table:not(.numbers) thead{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}
table:not(.numbers) :is(tbody,tr,th,td,caption){display:block}table:not(.numbers){display:block}
table:not(.numbers) tr{border:1px solid var(--line);border-radius:.4rem;padding:.4rem .7rem;margin:.5rem 0}
table:not(.numbers) :is(th,td){border:0;padding:.15rem 0}table:not(.numbers) td:empty{display:none}
td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}}
code{font-size:.88em;overflow-wrap:anywhere}
form label{display:block;font-weight:600}
input,select,textarea,button,.button{font:inherit;padding:.4rem .6rem;border:1px solid var(--soft);border-radius:.4rem;
background:var(--paper);color:inherit;max-width:100%}
textarea{width:100%;font-weight:400}textarea.over{outline:2px dashed var(--link)}
textarea.case{font:.85rem/1.4 ui-monospace,Consolas,monospace}
button,.button{background:var(--link);border-color:var(--link);color:var(--on);cursor:pointer;font-weight:600;
text-decoration:none;display:inline-block}
button.quiet{background:none;color:var(--link);padding:.2rem .5rem;font-weight:400}
.filters{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(11rem,100%),1fr));gap:.6rem 1rem;margin:.6rem 0}
.filters :is(input,select){display:block;width:100%;font-weight:400}.go{align-self:end;display:flex;gap:1rem;
align-items:center}
fieldset{border:1px solid var(--line);border-radius:.4rem;margin:.6rem 0;padding:.4rem .8rem .6rem}
legend{font-weight:600;padding:0 .3rem}.choice{display:inline-flex!important;gap:.35rem;align-items:center;
margin-right:1.1rem;font-weight:400!important;min-height:2rem}.choice input{width:1.1rem;height:1.1rem}
.determine label,.questions>label,.sign-in label{margin:.6rem 0}
.questions>label input{display:block}.determine :is(input:not([type=radio]),textarea),.sign-in input{display:block;width:100%}
.tabs{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem}.tabs a[aria-current]{color:var(--ink);font-weight:600;
text-decoration:none;box-shadow:inset 0 -2px var(--link)}
.doubt{border-left:.3rem solid var(--warning);padding-left:.7rem}.done{border-left:.3rem solid var(--recommended);
padding-left:.7rem}.again{border:1px solid var(--line);border-radius:.4rem;padding:.4rem .8rem;background:var(--card)}
.history{padding-left:1.2rem}.note{white-space:pre-wrap;overflow-wrap:anywhere;border-left:.2rem solid var(--line);
padding-left:.6rem}
.empty{padding:1.5rem 0;color:var(--soft)}summary{cursor:pointer;color:var(--link);padding:.2rem 0}
.pages{display:flex;gap:1.2rem}
.picture{max-width:30rem;margin:.3rem 0}svg{display:block;width:100%;height:auto;overflow:visible}
.pic-scale{fill:var(--scale)}.pic-range{fill:var(--range);stroke:var(--s1)}.pic-name{fill:var(--ink);font-size:13px}
.pic-dose{stroke:var(--ink);stroke-width:3;fill:none}.pic-dot{fill:var(--ink)}
.pic-dose.outside{stroke:var(--critical)}.pic-dot.outside{fill:var(--critical)}
.pic-dose.inside{stroke:var(--recommended)}.pic-dot.inside{fill:var(--recommended)}
.tick{fill:var(--soft);font-size:11px}.end{text-anchor:end}.mid{text-anchor:middle}
.s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}.s4{fill:var(--s4)}.s5{fill:var(--s5)}
.grid{stroke:var(--line);stroke-width:1}rect.bar{fill:var(--bar)}rect.range{fill:var(--range)}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.3rem 0 .6rem;list-style:none;font-size:.9rem}
.key svg{display:inline-block;width:.9rem;height:.9rem;margin-right:.35rem;vertical-align:-.1rem}
.chart{direction:rtl}.chart svg{min-width:38rem;direction:ltr}.rate{display:inline-flex;gap:.5rem;align-items:center;white-space:nowrap}
.rate svg{width:7rem;height:.7rem}.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr));gap:1.2rem}
figure{margin:0}figcaption{font-size:.9rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
footer{color:var(--soft);font-size:.88rem;padding-bottom:2rem;margin-top:1.5rem;border-top:1px solid var(--line)}
@media(forced-colors:active){.mark{border:1px solid}}
@media print{:root{color-scheme:light}body{font-size:10pt}.top,.skip,form,.tabs,.pages,details,button{display:none!important}
main{max-width:none;padding:0}.columns{display:block}section{break-inside:avoid-page;padding:.5rem 0}
.side{display:block}.side article{break-inside:avoid;margin:.4rem 0;background:none}h2,h3{break-after:avoid}
a{color:inherit;text-decoration:none}*{print-color-adjust:exact}.picture{max-width:12cm}}
)css";

}  // namespace ivig::web
