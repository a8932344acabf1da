#include "hooks/evidence_page.h"

#include <algorithm>

#include "base/html.h"

namespace ivig::hooks {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d5dae0;--link:#0b5cad;--card:#f6f7f9;
--recommended:#1a7f64;--may-consider:#1f6f9c;--insufficient-evidence:#7a5c00;--not-recommended:#b0480f;--harmful:#a3203c}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ec;--soft:#a3adb8;--line:#353c44;--link:#7ab8f5;
--card:#1d2126;--recommended:#57c9a8;--may-consider:#7cc0ea;--insufficient-evidence:#e3bb48;--not-recommended:#f0955f;
--harmful:#f0849a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main,nav,footer{max-width:46rem;margin:0 auto;padding:0 1rem}nav{padding-top:1rem}
h1{font-size:1.55rem;line-height:1.25;margin:.8rem 0}h2{font-size:1.1rem;margin:1.8rem 0 .4rem}
a{color:var(--link)}.soft{color:var(--soft)}
dt{font-weight:600;margin-top:.9rem}dd{margin:0}
.stance{font-weight:650;border:1.5px solid;border-radius:.4rem;padding:.05rem .5rem;white-space:nowrap}
.recommended{color:var(--recommended)}.may-consider{color:var(--may-consider)}
.insufficient-evidence{color:var(--insufficient-evidence)}.not-recommended{color:var(--not-recommended)}
.harmful{color:var(--harmful)}
.lead{font-size:1.1rem;margin:.8rem 0}.doubt{border-left:.3rem solid var(--not-recommended);padding-left:.7rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;
border-bottom:1px solid var(--line)}.wide{overflow-x:auto}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:1rem 0}label{display:block}
input,button{font:inherit;padding:.4rem .6rem;border:1px solid var(--soft);border-radius:.4rem;background:var(--card);
color:inherit}input{min-width:min(20rem,100%)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
footer{color:var(--soft);font-size:.9rem;margin:2rem auto}
@media print{:root{color-scheme:light}body{font-size:10.5pt}nav,form{display:none}tr,dd{break-inside:avoid}
h2{break-after:avoid}a{color:inherit}}
)css";

}  // namespace

std::string evidence_page(std::string_view title, std::string_view up, std::string_view main,
                          rules::RuleSet const& rules) {
  using base::escape_html;
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>" +
      escape_html(title) + "</title>\n<style>" + std::string(kStyle) + "</style></head>\n<body>";
  if (!up.empty()) page += "<nav><a href=\"" + escape_html(up) + "evidence\">All recommendations</a></nav>";
  return page.append("<main>\n").append(main) + "</main>\n<footer><p>Rule set " + escape_html(rules.version) + " (" +
         escape_html(rules.sha256.substr(0, 12)) +
         "). Decision support, not medical advice: published guidance restated in our words, which may be wrong, "
         "incomplete or out of date.</p></footer></body></html>\n";
}

std::string words_of(rules::Stance stance) {
  std::string words(rules::to_string(stance));
  std::replace(words.begin(), words.end(), '-', ' ');
  return words;
}

std::string_view verification_words(rules::Row const& row) {
  if (row.verification == "source-read") return "Read in the source document.";
  if (row.verification == "public-source") return "Read in a public summary or abstract, not in the full source.";
  return "Not verified against the source. Confirm before relying on it.";
}

std::string stance_mark(rules::Stance stance) {
  return "<span class=\"stance " + std::string(rules::to_string(stance)) + "\">" + words_of(stance) + "</span>";
}

}  // namespace ivig::hooks
