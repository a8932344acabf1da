#include "advice/card_text.h"

#include <algorithm>

#include "advice/markdown.h"

namespace ivig::advice {
namespace {

using rules::Findings;
using rules::Row;
using rules::Stance;
using rules::Truth;

constexpr std::size_t kSummaryUnits = 139;
/// Long display texts of the record are cut: a card is read in five seconds.
constexpr std::size_t kQuoteUnits = 120;

bool has(Findings const& findings, std::string_view notice) {
  return std::find(findings.notices.begin(), findings.notices.end(), notice) != findings.notices.end();
}

std::map<std::string, std::string> row_values(rules::RuleSet const& rules, Row const& row) {
  return {{"subject", row.subject},
          {"guideline", rules.guidelines[row.guideline].short_name},
          {"evidence", row.evidence},
          {"section", row.section}};
}

/// The sentence key of a leading row's summary.
std::string summary_key(Findings const& findings, Row const& row) {
  if (has(findings, "candidates")) return "summary-candidates";
  if (row.stance == Stance::may_consider) {
    auto precondition = findings.recommendations.front().precondition;
    if (precondition == Truth::no) return "summary-precondition-unmet";
    if (precondition == Truth::unknown) return "summary-precondition-unknown";
  }
  return "summary-" + std::string(rules::to_string(row.stance));
}

/// What the card is about: the heaviest finding; at equal weight the stance before safety before dose.
std::vector<rules::CodedFinding> const* leading_findings(Findings const& findings) {
  auto heaviest = [&](std::vector<rules::CodedFinding> const& some) {
    return std::any_of(some.begin(), some.end(), [&](auto const& f) { return f.indicator == findings.indicator; });
  };
  switch (subject_of(findings)) {
    case CardSubject::safety: return heaviest(findings.safety) ? &findings.safety : nullptr;
    case CardSubject::dose: return heaviest(findings.dose) ? &findings.dose : nullptr;
    case CardSubject::stance: break;
  }
  return nullptr;
}

/// The first sentence of the heaviest finding, and how many others weigh as much.
std::string finding_summary(rules::RuleSet const& rules, Findings const& findings) {
  auto const& some = *leading_findings(findings);
  auto heavy = [&](rules::CodedFinding const& finding) { return finding.indicator == findings.indicator; };
  std::string first = first_sentence(std::find_if(some.begin(), some.end(), heavy)->text);
  auto others = std::count_if(findings.safety.begin(), findings.safety.end(), heavy) +
                std::count_if(findings.dose.begin(), findings.dose.end(), heavy) - 1;
  if (others == 0) return cut_to(first, kSummaryUnits);
  std::string more = fill(rules.sentence("summary-more"), {{"count", std::to_string(others)}});
  return cut_to(first, kSummaryUnits - utf16_length(more) - 1) + " " + more;
}

std::string without_row(Knowledge const& knowledge, Decision const& decision) {
  std::string key = has(decision.findings, "reason-unmatched") ? "reason-unmatched"
                    : has(decision.findings, "no-indication")  ? "no-indication"
                    : decision.product.route_unknown           ? "route-not-stated"
                                                               : "data-gap";
  std::string gaps;
  for (auto const& gap : decision.gaps) gaps += (gaps.empty() ? "" : " and ") + gap;
  return fill(knowledge.rules.sentence(key), {{"gaps", gaps}, {"drug", decision.product.name}});
}

void line(std::string& text, std::string_view label, std::string_view words) {
  if (words.empty()) return;
  if (!text.empty()) text += "\n\n";
  if (!label.empty()) text.append("**").append(label).append(":** ");
  text.append(words);
}

std::string in_quotes(std::string_view words) {
  return "\"" + escape_markdown(cut_to(one_line(words), kQuoteUnits)) + "\"";
}

/// What in the record the decision rests on: reason or problem, and how it was read.
std::string rests_on(Knowledge const& knowledge, Decision const& decision) {
  std::string text;
  for (auto const& indication : decision.facts.indications) {
    auto const& fact = decision.facts.values[indication.condition];
    if (!text.empty()) text += "; ";
    text += knowledge.rules.facts[indication.condition].label;
    if (!fact.detail.empty()) text += " from " + in_quotes(fact.detail);
    if (indication.certainty == Truth::unknown) text += " (one of several possible)";
    else if (indication.basis == rules::Basis::text) text += " (read from text)";
  }
  if (decision.findings.recommendations.empty()) return text;
  // The other facts that decided the leading row.
  Row const& row = knowledge.rules.rows[decision.findings.recommendations.front().row];
  for (auto const& expression : {&row.requires_, row.precondition ? &row.precondition->when : &row.requires_}) {
    for (auto fact : expression->facts()) {
      auto const& value = decision.facts.values[fact];
      bool indication = knowledge.rules.facts[fact].indication;
      if (indication || value.value != Truth::yes || value.detail.empty()) continue;
      std::string part = knowledge.rules.facts[fact].label + ": " + in_quotes(value.detail);
      if (text.find(part) == std::string::npos) text += (text.empty() ? "" : "; ") + part;
    }
  }
  return text;
}

std::string other_positions(Knowledge const& knowledge, Findings const& findings) {
  std::string text;
  for (std::size_t i = 1; i < findings.recommendations.size(); ++i) {
    auto const& other = findings.recommendations[i];
    Row const& row = knowledge.rules.rows[other.row];
    if (row.says.empty()) continue;
    if (!text.empty()) text += "\n";
    text += "- " + knowledge.rules.guidelines[row.guideline].short_name + ", " + row.title;
    text += other.candidate ? " (possible): " : ": ";
    text += std::string(rules::to_string(row.stance)) + " (" + row.evidence + ")";
  }
  return text;
}

std::string questions(Findings const& findings) {
  std::string text;
  for (auto const& missing : findings.missing) {
    if (!text.empty()) text += "\n";
    text += "- " + missing.ask;
    if (!missing.would_change.empty()) text += " (would change: " + missing.would_change + ")";
  }
  return text;
}

/// Dose or safety findings as a list: what is the matter, and who says so.
std::string coded_lines(std::vector<rules::CodedFinding> const& findings) {
  std::string text;
  for (auto const& finding : findings) {
    text += "\n- " + finding.text;
    if (!finding.cites.empty()) text += " (" + finding.cites + ")";
  }
  return text;
}

/// "14; 23; Table 1" as a reader would say it: "sections 14, 23, Table 1".
std::string sections(std::string_view section) {
  std::string text;
  for (std::size_t from = 0; from < section.size();) {
    std::size_t to = std::min(section.find("; ", from), section.size());
    text.append(text.empty() ? "" : ", ").append(section.substr(from, to - from));
    from = to + 2;
  }
  bool numbered = !text.empty() && text.front() >= '0' && text.front() <= '9';
  bool several = numbered && section.find("; ") != std::string_view::npos;
  return (several ? "sections " : numbered ? "section " : "") + text;
}

void notices(Knowledge const& knowledge, Decision const& decision, std::string& text) {
  std::string contradicting;
  for (auto const& indication : decision.facts.contradicting) {
    contradicting += (contradicting.empty() ? "" : ", ") + knowledge.rules.facts[indication.condition].label;
  }
  for (auto const& notice : decision.findings.notices) {
    if (notice == "no-indication" || notice == "reason-unmatched") continue;  // the summary says it
    line(text, "", fill(knowledge.rules.sentence(notice), {{"conditions", contradicting}}));
  }
  if (decision.product.route_unknown) {
    line(text, "",
         fill(knowledge.rules.sentence("route-not-stated"), {{"drug", escape_markdown(decision.product.name)}}));
  }
}

}  // namespace

std::string summary_text(Knowledge const& knowledge, Decision const& decision) {
  auto const& rules = knowledge.rules;
  if (leading_findings(decision.findings) != nullptr) return finding_summary(rules, decision.findings);
  if (decision.findings.recommendations.empty())
    return cut_to(one_line(without_row(knowledge, decision)), kSummaryUnits);
  Row const& row = rules.rows[decision.findings.recommendations.front().row];
  if (!row.summary.empty() && !has(decision.findings, "candidates")) return cut_to(row.summary, kSummaryUnits);
  auto values = row_values(rules, row);
  std::string text = fill(rules.sentence(summary_key(decision.findings, row)), values);
  if (utf16_length(text) > kSummaryUnits) {
    values["evidence"] = "";
    text = fill(rules.sentence(summary_key(decision.findings, row)), values);
  }
  return cut_to(text, kSummaryUnits);
}

CardSubject subject_of(Findings const& findings) {
  auto weighs = [&](std::vector<rules::CodedFinding> const& some) {
    return std::any_of(some.begin(), some.end(), [&](auto const& f) { return f.indicator == findings.indicator; });
  };
  if (findings.stance_indicator == findings.indicator) return CardSubject::stance;
  if (weighs(findings.safety)) return CardSubject::safety;
  return weighs(findings.dose) ? CardSubject::dose : CardSubject::stance;
}

std::string detail_text(Knowledge const& knowledge, Decision const& decision) {
  auto const& findings = decision.findings;
  std::string text;
  line(text, "Order", escape_markdown(cut_to(one_line(decision.product.name), kQuoteUnits)));
  bool safety_first = subject_of(findings) == CardSubject::safety;
  if (safety_first) line(text, "Safety", coded_lines(findings.safety));
  if (subject_of(findings) == CardSubject::dose) line(text, "Dose", coded_lines(findings.dose));
  if (!findings.recommendations.empty()) {
    auto const& lead = findings.recommendations.front();
    Row const& row = knowledge.rules.rows[lead.row];
    auto const& guideline = knowledge.rules.guidelines[row.guideline];
    // A card about dose or safety says in one line what the guideline thinks of the order itself.
    if (subject_of(findings) != CardSubject::stance) {
      line(text, "Indication",
           fill(knowledge.rules.sentence(summary_key(findings, row)), row_values(knowledge.rules, row)));
    } else {
      line(text, "", row.says);
    }
    line(text, "Evidence",
         guideline.short_name + ", " + sections(row.section) + ": " + row.evidence +
             (row.verification == "unverified" ? " (not verified against the source)" : ""));
    if (row.precondition && lead.precondition != Truth::yes) {
      line(text, lead.precondition == Truth::no ? "First" : "Precondition, not recorded", row.precondition->text);
    }
    line(text, "Consider instead", row.instead);
    for (auto const& caution : findings.cautions) line(text, "", caution);
  }
  notices(knowledge, decision, text);
  if (!safety_first) line(text, "Safety", coded_lines(findings.safety));
  if (subject_of(findings) != CardSubject::dose) line(text, "Dose", coded_lines(findings.dose));
  line(text, "Rests on", rests_on(knowledge, decision));
  if (auto others = other_positions(knowledge, findings); !others.empty()) line(text, "Also", "\n" + others);
  if (auto open = questions(findings); !open.empty()) line(text, "Missing", "\n" + open);
  if (!decision.gaps.empty()) line(text, "", gap_detail(knowledge, decision));
  return text;
}

std::string gap_detail(Knowledge const& knowledge, Decision const& decision) {
  std::string gaps;
  for (auto const& gap : decision.gaps) gaps += (gaps.empty() ? "" : " and ") + gap;
  return fill(knowledge.rules.sentence("data-gap"), {{"gaps", gaps}});
}

}  // namespace ivig::advice
