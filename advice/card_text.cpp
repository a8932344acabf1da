#include "advice/card_text.h"

#include <algorithm>

#include "advice/markdown.h"

namespace ivig::advice {
namespace {

using rules::FactIndex;
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

/// Labels of conditions, each once.
template <class Indications>
std::string labels(rules::RuleSet const& rules, Indications const& indications) {
  std::string text;
  for (auto const& indication : indications) {
    std::string const& label = rules.facts[indication.condition].label;
    if (text.find(label) == std::string::npos) text += (text.empty() ? "" : ", ") + label;
  }
  return text;
}

/// What the doubts of that kind are about.
std::string doubted_words(rules::Facts const& facts, std::string_view notice) {
  std::string words;
  for (auto const& doubt : facts.doubts) {
    if (doubt.notice != notice || words.find(doubt.words) != std::string::npos) continue;
    words.append(words.empty() ? "" : ", ").append(cut_to(one_line(doubt.words), kQuoteUnits));
  }
  return words;
}

SentenceValues row_values(rules::RuleSet const& rules, Decision const& decision, Row const& row) {
  SentenceValues values;
  values.reserve(11);  // those below, and what its sentences add
  values.emplace_back("subject", row.subject);
  values.emplace_back("condition", labels(rules, decision.facts.indications));
  values.emplace_back("conditions", labels(rules, decision.facts.contradicting));
  values.emplace_back("words", doubted_words(decision.facts, decision.findings.raised_by));
  values.emplace_back("guideline", rules.guidelines[row.guideline].short_name);
  values.emplace_back("evidence", row.evidence);
  values.emplace_back("section", row.section);
  return values;
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

std::string_view met(Truth state) { return state == Truth::yes ? "met" : state == Truth::no ? "unmet" : "unknown"; }

/// The short name of the guideline that a row is of.
std::string const& guideline_of(rules::RuleSet const& rules, rules::RowIndex row) {
  return rules.guidelines[rules.rows[row].guideline].short_name;
}

/// A sentence of the rule set filled in; without evidence, its place in the brackets goes as well.
std::string filled(rules::RuleSet const& rules, std::string const& key, SentenceValues const& values) {
  std::string text = fill(rules.sentence(key), values);
  if (auto at = text.find(", )"); at != std::string::npos) text.erase(at, 2);
  return text;
}

/// The leading row's advice and, in the same breath, who sees it otherwise; without the evidence, to fit both.
std::string with_other_view(rules::RuleSet const& rules, Findings const& findings, SentenceValues&& values,
                            std::string const& plain) {
  values.emplace_back("evidence", "");
  std::string text;
  if (findings.supported_by) {
    values.emplace_back("other", guideline_of(rules, *findings.supported_by));
    auto stance = rules::to_string(rules.rows[*findings.supported_by].stance);
    text = fill(rules.sentence("summary-supported-" + std::string(stance)), values);
  } else if (!findings.exceptions.empty() && *findings.stance >= Stance::insufficient_evidence) {
    auto const row = findings.exceptions.front().row;
    values.emplace_back("other", guideline_of(rules, row));
    values.emplace_back("exception", rules.rows[row].exception->text);
    for (auto const& summary :
         {plain, filled(rules, "summary-" + std::string(rules::to_string(*findings.stance)), values)}) {
      values.emplace_back("summary", summary);
      text = fill(rules.sentence("summary-exception"), values);
      if (utf16_length(text) <= kSummaryUnits) break;
    }
  }
  return text.empty() || utf16_length(text) > kSummaryUnits ? plain : text;
}

/// The sentence key of the summary: what made a silent answer speak, or the leading row.
std::string headline_key(Findings const& findings, Row const& row) {
  bool raised = !findings.raised_by.empty() && findings.raised_by != "caution";
  return raised ? "summary-" + findings.raised_by : summary_key(findings, row);
}

/// What the card is about: the heaviest finding; at equal weight the stance before safety before dose.
std::vector<rules::CodedFinding> const* leading_findings(Findings const& findings) {
  auto heaviest = [&](std::vector<rules::CodedFinding> const& some) {
    return std::any_of(some.begin(), some.end(), [&](auto const& f) { return f.indicator == findings.indicator; });
  };
  switch (subject_of(findings)) {
    case CardSubject::safety: return heaviest(findings.safety) ? &findings.safety : nullptr;
    case CardSubject::dose: return heaviest(findings.dose) ? &findings.dose : nullptr;
    case CardSubject::stance:
    case CardSubject::incomplete: break;
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
  std::string key = decision.product.route_unknown ? "route-not-stated" : "data-gap";
  for (char const* notice : {"no-indication", "reason-unmatched", "reason-ruled-out", "reason-refuted",
                             "abbreviation-elsewhere", "no-row", "no-basis"}) {
    if (has(decision.findings, notice)) key = notice;
  }
  std::string gaps;
  for (auto const& gap : decision.gaps) gaps += (gaps.empty() ? "" : " and ") + gap;
  auto const& outside = decision.facts.outside;
  return fill(knowledge.rules.sentence(key),
              {{"gaps", gaps},
               {"drug", decision.product.name},
               {"words", doubted_words(decision.facts, key)},
               {"condition", labels(knowledge.rules, outside.empty() ? decision.facts.indications : outside)}});
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

/// Adds the facts that a derived one follows from, and those that these follow from, each once.
void add_origins(rules::RuleSet const& rules, FactIndex fact, std::vector<FactIndex>& facts) {
  for (auto const* side : {&rules.facts[fact].for_it.when, &rules.facts[fact].against_it.when}) {
    for (auto origin : side->facts()) {
      if (std::find(facts.begin(), facts.end(), origin) != facts.end()) continue;
      facts.push_back(origin);
      add_origins(rules, origin, facts);
    }
  }
}

/// What a quotation of the record says: one entry often names the condition and tells what decides.
class Citations {
 public:
  /// `with`: what stands between the label and the quotation.
  void add(std::string const& label, std::string const& quote, std::string const& with,
           std::string const& remark = {}) {
    auto known = std::find_if(cited_.begin(), cited_.end(), [&](Cited const& cited) {
      return !quote.empty() && cited.quote == quote && (with == kSays || cited.with == with);
    });
    if (known == cited_.end()) cited_.push_back({label, with, quote, remark});
    else if (known->labels.find(label) == std::string::npos) known->labels += ", " + label;
  }
  [[nodiscard]] bool holds(std::string const& quote) const {
    return std::any_of(cited_.begin(), cited_.end(), [&](Cited const& cited) { return cited.quote == quote; });
  }
  [[nodiscard]] std::string text() const {
    std::string text;
    for (auto const& cited : cited_) {
      text += (text.empty() ? "" : "; ") + cited.labels;
      if (!cited.quote.empty()) text += cited.with + cited.quote;
      text += cited.remark;
    }
    return text;
  }
  static constexpr char const* kSays = ": ";

 private:
  struct Cited {
    std::string labels, with, quote, remark;
  };
  std::vector<Cited> cited_;
};

/// The facts that decided the leading row; of a precondition that is not met, those that speak against it too.
void cite_facts(Knowledge const& knowledge, Decision const& decision, Citations& citations) {
  auto const& lead = decision.findings.recommendations.front();
  Row const& row = knowledge.rules.rows[lead.row];
  bool const unmet = row.precondition && lead.precondition == Truth::no;
  std::vector<FactIndex> facts = row.requires_.facts();
  std::size_t const required = facts.size();
  if (row.precondition) {
    for (auto fact : row.precondition->when.facts()) facts.push_back(fact);
  }
  std::size_t const direct = facts.size();
  for (std::size_t i = required; i < direct; ++i) add_origins(knowledge.rules, facts[i], facts);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    auto const& value = decision.facts.values[facts[i]];
    auto const& definition = knowledge.rules.facts[facts[i]];
    bool const against = value.value == Truth::no && unmet && i >= required;
    if (definition.indication || value.detail.empty() || !(value.value == Truth::yes || against)) continue;
    std::string const quote = in_quotes(value.detail);
    if (i >= direct && citations.holds(quote)) continue;  // what follows from it was said
    citations.add(definition.label, quote, against ? ": no, " : Citations::kSays);
  }
}

/// What in the record the decision rests on: reason or problem, and how it was read.
std::string rests_on(Knowledge const& knowledge, Decision const& decision) {
  Citations citations;
  for (auto const& indication : decision.facts.indications) {
    auto const& fact = decision.facts.values[indication.condition];
    std::string const remark = indication.certainty == Truth::unknown   ? " (one of several possible)"
                               : indication.basis == rules::Basis::text ? " (read from text)"
                                                                        : "";
    citations.add(knowledge.rules.facts[indication.condition].label,
                  fact.detail.empty() ? std::string() : in_quotes(fact.detail), " from ", remark);
  }
  if (!decision.findings.recommendations.empty()) cite_facts(knowledge, decision, citations);
  return citations.text();
}

/// What another guideline makes an exception for, and whether the record shows it.
std::string exceptions(rules::RuleSet const& rules, Findings const& findings) {
  std::string text;
  for (auto const& exception : findings.exceptions) {
    auto const& row = rules.rows[exception.row];
    text += text.empty() ? "" : " ";
    text += fill(rules.sentence("exception-" + std::string(met(exception.state))),
                 {{"other", guideline_of(rules, exception.row)}, {"exception", row.exception->text}});
  }
  return text;
}

/// Behind the evidence of a row that nobody checked, unless the evidence says so itself.
std::string_view doubt_about(Row const& row) {
  bool const says_so = row.evidence.find("unverified") != std::string::npos;
  return row.verification == "unverified" && !says_so ? ", not verified against the source" : "";
}

std::string spoken(std::string_view stance) {
  std::string words(stance);
  std::replace(words.begin(), words.end(), '-', ' ');
  return words;
}

std::string other_positions(Knowledge const& knowledge, Findings const& findings) {
  std::string text;
  for (std::size_t i = 1; i < findings.recommendations.size(); ++i) {
    auto const& other = findings.recommendations[i];
    Row const& row = knowledge.rules.rows[other.row];
    if (row.says.empty() || row.background) continue;
    if (!text.empty()) text += "\n";
    text += "- " + knowledge.rules.guidelines[row.guideline].short_name + ", " + row.title;
    text += other.candidate ? " (possible): " : ": ";
    text += spoken(rules::to_string(row.stance)) + " (" + row.evidence;
    text.append(doubt_about(row)).append(")");
    if (!row.precondition || row.exception) continue;  // an exception has a line of its own
    std::string const state = "position-" + std::string(met(*other.precondition));
    text += "; " + fill(knowledge.rules.sentence(state), {{"precondition", first_sentence(row.precondition->text)}});
  }
  return text;
}

/// "not-recommended -> recommended or warning -> none" as a reader would say it: the change of advice counts, and only
/// where there is none the change of loudness.
std::string change_in_words(rules::RuleSet const& rules, std::string_view change) {
  std::string stances, louder;
  bool quiet = false;
  while (!change.empty()) {
    std::size_t end = std::min(change.find(" or "), change.size());
    std::string_view part = change.substr(0, end);
    change.remove_prefix(std::min(change.size(), end + 4));
    std::size_t arrow = part.find(" -> ");
    if (arrow == std::string_view::npos) continue;
    std::string_view to = part.substr(arrow + 4);
    bool indicator = to == "none" || to == "info" || to == "warning" || to == "critical";
    if (!indicator) stances += (stances.empty() ? "" : ", ") + spoken(to);
    else if (to == "none") quiet = true;
    else louder = to;
  }
  if (!stances.empty()) return fill(rules.sentence("change-to-stance"), {{"to", stances}});
  if (quiet) return rules.sentence("change-to-none");
  return louder.empty() ? "" : fill(rules.sentence("change-to-louder"), {{"to", louder}});
}

std::string questions(rules::RuleSet const& rules, Findings const& findings) {
  std::string text;
  for (auto const& missing : findings.missing) {
    if (!text.empty()) text += "\n";
    text += "- " + missing.ask;
    if (auto change = change_in_words(rules, missing.would_change); !change.empty()) text += " (" + change + ")";
  }
  return text;
}

enum class Form { plain, markdown };

/// Dose or safety findings as a list: what is the matter, and who says so. Safety findings quote the record as it is;
/// dose findings are Markdown already.
std::string coded_lines(std::vector<rules::CodedFinding> const& findings, Form form) {
  std::string text;
  for (auto const& finding : findings) {
    text += "\n- " + (form == Form::plain ? escape_markdown(finding.text) : finding.text);
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
  std::size_t const second = section.find("; ");
  bool const more = second != std::string_view::npos && second + 2 < section.size();
  bool several = numbered && more && section[second + 2] >= '0' && section[second + 2] <= '9';
  return (several ? "sections " : numbered ? "section " : "") + text;
}

void notices(Knowledge const& knowledge, Decision const& decision, std::string& text) {
  std::string contradicting = labels(knowledge.rules, decision.facts.contradicting);
  for (auto const& notice : decision.findings.notices) {
    if (!decision.findings.stance) continue;  // the summary says it
    line(text, "",
         fill(knowledge.rules.sentence(notice), {{"conditions", contradicting},
                                                 {"condition", labels(knowledge.rules, decision.facts.outside)},
                                                 {"words", escape_markdown(doubted_words(decision.facts, notice))}}));
  }
  if (decision.product.route_unknown && subject_of(decision.findings) != CardSubject::incomplete) {
    line(text, "",
         fill(knowledge.rules.sentence("route-not-stated"), {{"drug", escape_markdown(decision.product.name)}}));
  }
}

}  // namespace

std::string summary_text(Knowledge const& knowledge, Decision const& decision) {
  auto const& rules = knowledge.rules;
  if (leading_findings(decision.findings) != nullptr) return finding_summary(rules, decision.findings);
  if (decision.findings.recommendations.empty() || subject_of(decision.findings) == CardSubject::incomplete)
    return cut_to(one_line(without_row(knowledge, decision)), kSummaryUnits);
  Row const& row = rules.rows[decision.findings.recommendations.front().row];
  auto const& raised_by = decision.findings.raised_by;
  if (raised_by == "caution") return cut_to(first_sentence(decision.findings.cautions.front()), kSummaryUnits);
  if (!row.summary.empty() && raised_by.empty() && !has(decision.findings, "candidates"))
    return cut_to(row.summary, kSummaryUnits);
  auto values = row_values(rules, decision, row);
  std::string text = fill(rules.sentence(headline_key(decision.findings, row)), values);
  if (utf16_length(text) > kSummaryUnits) {
    values.emplace_back("evidence", "");
    text = filled(rules, headline_key(decision.findings, row), values);
  }
  bool plain = raised_by.empty() && !has(decision.findings, "candidates");
  return cut_to(plain ? with_other_view(rules, decision.findings, std::move(values), text) : text, kSummaryUnits);
}

CardSubject subject_of(Findings const& findings) {
  if (findings.indicator == rules::Indicator::none) return CardSubject::incomplete;
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
  if (findings.recommendations.empty() && !decision.facts.reason_words.empty()) {
    line(text, "",
         fill(knowledge.rules.sentence("order-reason"), {{"reason", in_quotes(decision.facts.reason_words)}}));
  }
  bool safety_first = subject_of(findings) == CardSubject::safety;
  if (safety_first) line(text, "Safety", coded_lines(findings.safety, Form::plain));
  if (subject_of(findings) == CardSubject::dose) line(text, "Dose", coded_lines(findings.dose, Form::markdown));
  if (!findings.recommendations.empty()) {
    auto const& lead = findings.recommendations.front();
    Row const& row = knowledge.rules.rows[lead.row];
    auto const& guideline = knowledge.rules.guidelines[row.guideline];
    // A card about dose or safety says in one line what the guideline thinks of the order itself.
    if (subject_of(findings) != CardSubject::stance || !findings.raised_by.empty()) {
      line(text, "Indication",
           fill(knowledge.rules.sentence(summary_key(findings, row)), row_values(knowledge.rules, decision, row)));
    } else {
      line(text, "", row.says);
    }
    line(text, "Evidence",
         guideline.short_name + ", " + sections(row.section) + ": " + row.evidence + std::string(doubt_about(row)));
    if (row.precondition && lead.precondition != Truth::yes) {
      line(text, lead.precondition == Truth::no ? "First" : "Precondition, not recorded", row.precondition->text);
    }
    line(text, "Exception", exceptions(knowledge.rules, findings));
    line(text, "Consider instead", row.instead);
    line(text, "Watch", row.monitor);
    for (auto const& caution : findings.cautions) line(text, "", caution);
  }
  notices(knowledge, decision, text);
  if (!safety_first) line(text, "Safety", coded_lines(findings.safety, Form::plain));
  if (subject_of(findings) != CardSubject::dose) line(text, "Dose", coded_lines(findings.dose, Form::markdown));
  line(text, "Rests on", rests_on(knowledge, decision));
  if (auto others = other_positions(knowledge, findings); !others.empty()) line(text, "Also", "\n" + others);
  if (auto open = questions(knowledge.rules, findings); !open.empty()) line(text, "Missing", "\n" + open);
  bool headline = subject_of(findings) == CardSubject::incomplete && !decision.product.route_unknown;
  if (!decision.gaps.empty() && !headline) line(text, "", gap_detail(knowledge, decision));
  return text;
}

std::string gap_detail(Knowledge const& knowledge, Decision const& decision) {
  std::string gaps;
  for (auto const& gap : decision.gaps) gaps += (gaps.empty() ? "" : " and ") + gap;
  return fill(knowledge.rules.sentence("data-gap"), {{"gaps", gaps}});
}

}  // namespace ivig::advice
