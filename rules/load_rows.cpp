#include <algorithm>
#include <array>

#include "base/json_write.h"
#include "rules/load.h"

namespace ivig::rules {
namespace {

using base::each;
using base::Json;
using base::member;
using base::string_member;

base::Result<Expression> expression(RuleFile const& file, std::string_view id, Json const& json, char const* name,
                                    RuleSet const& rules) {
  Json const* form = member(json, name);
  if (form == nullptr) return Expression{};
  auto compiled = Expression::compile(*form, [&](std::string_view fact) { return rules.fact_index(fact); });
  if (!compiled) return file.error(id, name, compiled.error().detail);
  return std::move(*compiled);
}

base::Result<void> read_logic(RuleFile const& file, Json const& json, RuleSet const& rules, Row& row) {
  auto required = expression(file, row.id, json, "requires", rules);
  if (!required) return tl::unexpected(required.error());
  auto excluded = expression(file, row.id, json, "excludes", rules);
  if (!excluded) return tl::unexpected(excluded.error());
  row.requires_ = std::move(*required);
  row.excludes = std::move(*excluded);
  Json const* precondition = member(json, "precondition");
  if (precondition == nullptr) return {};
  if (auto ok = file.only(*precondition, row.id, {"when", "soft", "text"}); !ok) return ok;
  auto when = expression(file, row.id, *precondition, "when", rules);
  if (!when) return tl::unexpected(when.error());
  if (when->empty()) return file.error(row.id, "precondition.when", "is missing");
  row.precondition =
      Precondition{std::move(*when), flag(*precondition, "soft"), std::string(string_member(*precondition, "text"))};
  return {};
}

OverrideReason read_override(Json const& coding) {
  OverrideReason reason{std::string(string_member(coding, "system")), std::string(string_member(coding, "code")),
                        std::string(string_member(coding, "display"))};
  base::JsonWriter json(reason.json);
  json.begin_object();
  json.member("code", reason.code);
  json.member("system", reason.system);
  json.member("display", reason.display);
  json.end_object();
  return reason;
}

/// The exception is the row's own precondition, so a row without one makes none.
base::Result<void> read_exception(RuleFile const& file, Json const& json, Row& row) {
  Json const* exception = member(json, "exception");
  if (exception == nullptr) return {};
  if (auto ok = file.only(*exception, row.id, {"text", "override"}); !ok) return ok;
  if (!row.precondition)
    return file.error(row.id, "exception", "needs a precondition: it says when the exception holds");
  ExceptionOffer offer;
  offer.text = string_member(*exception, "text");
  if (Json const* reason = base::object_member(*exception, "override"); reason != nullptr) {
    if (auto ok = file.only(*reason, row.id, {"system", "code", "display"}); !ok) return ok;
    offer.reason = read_override(*reason);
  }
  if (offer.text.empty() || !offer.reason.complete())
    return file.error(row.id, "exception", "needs text and an override reason of system, code and display");
  row.exception = std::move(offer);
  return {};
}

base::Result<void> read_cautions(RuleFile const& file, Json const& json, RuleSet const& rules, Row& row) {
  base::Result<void> outcome;
  each(json, "cautions", [&](Json const& caution, std::size_t) {
    if (!outcome) return;
    outcome = file.only(caution, row.id, {"when", "text"});
    auto when = expression(file, row.id, caution, "when", rules);
    if (outcome && !when) outcome = tl::unexpected(when.error());
    std::string text(string_member(caution, "text"));
    if (outcome && (when->empty() || text.empty())) outcome = file.error(row.id, "cautions", "need when and text");
    if (outcome) row.cautions.push_back({std::move(*when), std::move(text)});
  });
  return outcome;
}

base::Result<void> read_texts(RuleFile const& file, Json const& json, Row& row) {
  Json const* card = member(json, "card");
  if (card == nullptr) return file.error(row.id, "card", "is missing");
  if (auto ok = file.only(*card, row.id, {"subject", "summary", "says", "instead", "monitor"}); !ok) return ok;
  row.subject = string_member(*card, "subject");
  row.summary = string_member(*card, "summary");
  row.says = string_member(*card, "says");
  row.instead = string_member(*card, "instead");
  row.monitor = string_member(*card, "monitor");
  if (row.subject.empty()) return file.error(row.id, "card.subject", "is missing: it ends the sentence of the summary");
  if (row.says.empty()) return file.error(row.id, "card.says", "is missing: say what the source found");
  auto regimen = read_regimen(file, row.id, json);
  if (!regimen) return tl::unexpected(regimen.error());
  row.regimen = std::move(*regimen);

  Json const* source = member(json, "source");
  Json const* verification = member(json, "verification");
  if (source == nullptr || verification == nullptr) {
    return file.error(row.id, source == nullptr ? "source" : "verification",
                      "is missing: every row names where it comes from");
  }
  row.source_document = string_member(*source, "document");
  row.source_anchor = string_member(*source, "anchor");
  row.verification = string_member(*verification, "status");
  row.verification_note = string_member(*verification, "note");
  constexpr std::array<std::string_view, 3> kStatuses{"source-read", "public-source", "unverified"};
  if (std::find(kStatuses.begin(), kStatuses.end(), row.verification) == kStatuses.end()) {
    return file.error(row.id, "verification.status", "must be source-read, public-source or unverified");
  }
  return {};
}

base::Result<void> read_row(RuleFile const& file, Json const& json, GuidelineIndex guideline, int order,
                            RuleSet& rules) {
  Row row;
  row.order = order;
  row.guideline = guideline;
  row.id = string_member(json, "id");
  row.place = {file.name(), file.line_of(row.id)};
  if (row.id.empty()) return file.error("", "id", "every row needs an id");
  if (auto ok = file.only(json, row.id,
                          {"id", "section", "condition", "title", "requires", "excludes", "precondition",
                           "narrower_than", "cautions", "background", "exception", "stance", "evidence",
                           "evidence_rank", "card", "regimen", "asks", "source", "verification"});
      !ok) {
    return ok;
  }
  row.section = string_member(json, "section");
  row.title = string_member(json, "title");
  for (auto const& name : string_list(json, "condition")) {
    auto fact = rules.fact_index(name);
    if (!fact) return file.error(row.id, "condition", unknown_fact(rules, name));
    if (!rules.facts[*fact].indication) {
      return file.error(row.id, "condition",
                        "\"" + name + "\" is no indication: set \"indication\": true in facts.json");
    }
    row.conditions.push_back(*fact);
  }
  if (row.conditions.empty()) return file.error(row.id, "condition", "name at least one condition fact");
  auto stance = stance_from(string_member(json, "stance"));
  if (!stance) {
    return file.error(row.id, "stance",
                      "must be recommended, may-consider, insufficient-evidence, not-recommended or harmful");
  }
  row.stance = *stance;
  row.evidence = string_member(json, "evidence");
  row.evidence_rank = integer(json, "evidence_rank").value_or(5);
  if (row.evidence.empty()) return file.error(row.id, "evidence", "is missing: the class as the source prints it");
  if (auto ok = read_logic(file, json, rules, row); !ok) return ok;
  row.background = flag(json, "background");
  if (auto ok = read_exception(file, json, row); !ok) return ok;
  if (auto ok = read_cautions(file, json, rules, row); !ok) return ok;
  if (auto ok = read_texts(file, json, row); !ok) return ok;
  for (auto const& name : string_list(json, "asks")) {
    auto fact = rules.fact_index(name);
    if (!fact) return file.error(row.id, "asks", unknown_fact(rules, name));
    row.asks.push_back(*fact);
  }
  for (auto const& name : string_list(json, "narrower_than")) {
    auto other = rules.row_index(name);
    if (!other)
      return file.error(row.id, "narrower_than",
                        "unknown row \"" + name + "\": it must stand earlier in the same file");
    row.narrower_than.push_back(*other);
  }
  auto index = static_cast<RowIndex>(rules.rows.size());
  if (!rules.row_ids.emplace(row.id, index).second) return file.error(row.id, "id", "stands twice");
  rules.rows.push_back(std::move(row));
  return {};
}

}  // namespace

base::Result<void> load_guideline(RuleFile const& file, RuleSet& rules) {
  if (auto ok = file.only(file.root(), "", {"guideline", "rows"}); !ok) return ok;
  Json const* json = member(file.root(), "guideline");
  if (json == nullptr) return file.error("", "guideline", "is missing");
  if (auto ok = file.only(*json, "",
                          {"id", "title", "short", "organisation", "year", "kind", "citation", "url", "leads_when"});
      !ok)
    return ok;
  Guideline guideline;
  guideline.id = string_member(*json, "id");
  guideline.title = string_member(*json, "title");
  guideline.short_name = string_member(*json, "short");
  guideline.organisation = string_member(*json, "organisation");
  guideline.kind = string_member(*json, "kind");
  guideline.citation = string_member(*json, "citation");
  guideline.url = string_member(*json, "url");
  guideline.year = integer(*json, "year").value_or(0);
  if (guideline.id.empty() || guideline.short_name.empty() || guideline.citation.empty()) {
    return file.error("", "guideline", "needs id, short and citation");
  }
  auto leads_when = expression(file, guideline.id, *json, "leads_when", rules);
  if (!leads_when) return tl::unexpected(leads_when.error());
  guideline.leads_when = std::move(*leads_when);
  auto index = static_cast<GuidelineIndex>(rules.guidelines.size());
  rules.guidelines.push_back(std::move(guideline));
  // Rows may name rows that stand later as less narrow: general rows are read first.
  base::Result<void> outcome;
  for (bool narrow : {false, true}) {
    each(file.root(), "rows", [&](Json const& row, std::size_t place) {
      bool is_narrow = !string_list(row, "narrower_than").empty();
      if (outcome && is_narrow == narrow) outcome = read_row(file, row, index, static_cast<int>(place), rules);
    });
  }
  return outcome;
}

base::Result<void> load_cards(RuleFile const& file, RuleSet& rules) {
  each(file.root(), "sentences", [&](Json const& sentences, std::size_t) {
    if (!sentences.IsObject()) return;
    for (auto const& entry : sentences.GetObject()) {
      rules.sentences.emplace(std::string(entry.name.GetString(), entry.name.GetStringLength()),
                              std::string(base::as_string(entry.value)));
    }
  });
  Json const* reasons = member(file.root(), "override_reasons");
  if (reasons == nullptr || !reasons->IsObject()) return file.error("", "override_reasons", "is missing");
  for (auto const& entry : reasons->GetObject()) {
    std::string key(entry.name.GetString(), entry.name.GetStringLength());
    if (!entry.value.IsArray()) return file.error("", "override_reasons." + key, "must be an array");
    for (auto const& item : entry.value.GetArray()) {
      OverrideReason reason = read_override(item);
      if (!reason.complete()) {
        return file.error("", "override_reasons." + key, "each reason needs system, code and display");
      }
      rules.override_reasons[key].push_back(std::move(reason));
    }
  }
  return {};
}

base::Result<void> index_rows(RuleSet& rules) {
  rules.rows_by_condition.assign(rules.facts.size(), {});
  for (std::size_t i = 0; i < rules.rows.size(); ++i) {
    for (FactIndex condition : rules.rows[i].conditions) {
      rules.rows_by_condition[condition].push_back(static_cast<RowIndex>(i));
    }
  }
  // A narrower row is loaded after the rows it is narrower than, so descending index puts narrower rows first.
  for (auto& rows : rules.rows_by_condition) std::sort(rows.rbegin(), rows.rend());
  return {};
}

}  // namespace ivig::rules
