#include "batch/survey.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "base/json_read.h"
#include "batch/order_text.h"
#include "fhir/chart_types.h"
#include "fhir/read_resources.h"

namespace ivig::batch {
namespace {

using base::Json;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  std::size_t const begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

bool takes(std::string_view& rest, std::string_view next) {
  if (!rest.starts_with(next)) return false;
  rest.remove_prefix(next.size());
  return true;
}

/// A CDS Hooks request or a Bundle as they are nearly always written: `hook`, `context` or the type behind nothing but
/// plain strings. Such a line is read as a case whatever follows, and needs no glance before.
bool begins_as_case(std::string_view text) {
  if (!takes(text, "{")) return false;
  while (true) {
    if (!takes(text, "\"")) return false;
    std::string_view const name = text.substr(0, text.find_first_of("\"\\"));
    text.remove_prefix(name.size());
    if (!takes(text, "\":")) return false;
    takes(text, " ");
    if (name == "hook" || name == "context") return text.starts_with('"') || text.starts_with('{');
    if (name == "resourceType") return text.starts_with("\"Bundle\"");
    if (!takes(text, "\"")) return false;
    text.remove_prefix(std::min(text.size(), text.find_first_of("\"\\")));
    if (!takes(text, "\",")) return false;
    takes(text, " ");
  }
}

}  // namespace

std::uint64_t key_of(std::string_view id) { return std::hash<std::string_view>{}(id); }

void KindsSeen::add(KindsSeen const& other) {
  patients = patients || other.patients;
  conditions = conditions || other.conditions;
  observations = observations || other.observations;
  allergies = allergies || other.allergies;
  treatments = treatments || other.treatments;
}

/// The members by which a line is sorted.
struct Surveyor::Head {
  std::string_view type, id, patient;
  bool is_case = false, is_manifest = false;

  template <class Text, class Reference, class Has>
  static Head from(Text&& text, Reference&& reference, Has&& has) {
    Head head{text("resourceType"), text("id"), reference("subject")};
    if (head.patient.empty()) head.patient = reference("patient");
    head.is_case = has("hook") || has("context") || head.type == "Bundle";
    head.is_manifest = head.type.empty() && has("transactionTime") && has("output");  // of a Bulk Data export
    return head;
  }
};

void Surveyor::problem(std::uint64_t number, ProblemKind kind, std::string reason) {
  out_.outcomes.push_back({{number, out_.file, 0}, kind, std::move(reason)});
}

Surveyed Surveyor::survey(Chunk const& chunk) {
  out_ = {};
  out_.file = chunk.file;
  out_.first_line = chunk.first_line;
  out_.offset = chunk.offset;
  out_.bytes = chunk.size;
  standard_input_ = files_[chunk.file].name == "-";
  if (chunk.problem != ProblemKind::none) problem(chunk.problem_line, chunk.problem, chunk.reason);
  std::string_view rest = chunk.text();
  for (std::uint64_t number = chunk.first_line; !rest.empty(); ++number) {
    std::size_t const end = chunk.one_document ? rest.size() : std::min(rest.find('\n'), rest.size() - 1) + 1;
    LineEntry entry;
    entry.length = static_cast<std::uint32_t>(end);
    std::string_view const text = trimmed(rest.substr(0, end));
    if (!text.empty()) line(text, number, entry);
    out_.lines.push_back(entry);
    rest.remove_prefix(end);
  }
  return std::move(out_);
}

void Surveyor::line(std::string_view text, std::uint64_t number, LineEntry& entry) {
  if (text.size() > options_.limits.line_bytes) {
    return problem(number, ProblemKind::too_large,
                   "longer than " + std::to_string(options_.limits.line_bytes) + " bytes (--max-line-bytes)");
  }
  if (begins_as_case(text)) return decide_case(text, number);
  if (glance_.read(text)) {
    auto has = [&](std::string_view name) { return glance_.has(name); };
    auto string = [&](std::string_view name) { return glance_.text(name); };
    auto reference = [&](std::string_view name) { return glance_.reference(name); };
    return sort_line(text, Head::from(string, reference, has), number, entry);
  }
  // Rare: broken, or with a number that the fast reader does not take.
  auto body = base::JsonBody::parse(std::string(text), {options_.limits.line_bytes, options_.limits.json_depth});
  if (!body) return problem(number, kind_of(body.error()), body.error().detail);
  Json const& root = (*body)->root();
  if (!root.IsObject()) return problem(number, ProblemKind::unusable, "must be a JSON object");
  auto has = [&](std::string_view name) { return base::member(root, name) != nullptr; };
  auto string = [&](std::string_view name) { return base::string_member(root, name); };
  auto reference = [&](std::string_view name) -> std::string_view {
    Json const* found = base::member(root, name);
    return found == nullptr ? std::string_view{} : fhir::parse_reference(*found).literal;
  };
  sort_line(text, Head::from(string, reference, has), number, entry);
}

void Surveyor::sort_line(std::string_view text, Head const& head, std::uint64_t number, LineEntry& entry) {
  bool const order = fhir::is_order_type(head.type);
  if (head.is_case || (standard_input_ && order)) return decide_case(text, number);
  if (head.type.empty()) {
    if (head.is_manifest) return;
    return problem(number, ProblemKind::unusable,
                   "neither a CDS Hooks request (hook, context) nor a FHIR resource (resourceType)");
  }
  if (standard_input_) {
    return problem(number, ProblemKind::unusable,
                   "on standard input each line is a CDS Hooks request or a Bundle; name the files of an export");
  }
  if (head.type == "Medication") return sort_medication(text, head.id, number, entry);
  if (!fhir::is_chart_type(head.type)) return;
  std::string_view const patient = head.type == "Patient" ? head.id : fhir::last_segment(head.patient);
  if (patient.empty() || head.patient.starts_with('#')) {  // of nobody, or of somebody known only inside the line
    if (order) decide_case(text, number);
    return;
  }
  out_.kinds.patients = out_.kinds.patients || head.type == "Patient";
  out_.kinds.conditions = out_.kinds.conditions || head.type == "Condition";
  out_.kinds.observations = out_.kinds.observations || head.type == "Observation";
  out_.kinds.allergies = out_.kinds.allergies || head.type == "AllergyIntolerance";
  out_.kinds.treatments =
      out_.kinds.treatments || order || head.type == "Procedure" || head.type.starts_with("Medication");
  entry = {key_of(patient), entry.length, LineKind::record};
  if (order) sort_order(text, number, entry);
}

void Surveyor::sort_order(std::string_view text, std::uint64_t number, LineEntry& entry) {
  auto const drug = drugs_.of_order(text, glance_.written());
  if (!drug) {
    entry.kind = LineKind::other;
    return problem(number, kind_of(drug.error()), drug.error().detail);
  }
  if (drug->ivig) out_.ivig_patients.push_back(entry.key);
  else if (!drug->elsewhere.empty()) out_.referring.push_back({entry.key, key_of(drug->elsewhere)});
}

void Surveyor::sort_medication(std::string_view text, std::string_view id, std::uint64_t number, LineEntry& entry) {
  if (id.empty()) return;
  std::uint64_t const key = key_of(id);
  auto const drug = drugs_.of_medication(text, id);
  if (!drug) return problem(number, kind_of(drug.error()), drug.error().detail);
  entry = {key, entry.length, LineKind::medication};
  if (drug->ivig) out_.ivig_medications.push_back(key);
}

void Surveyor::decide_case(std::string_view text, std::uint64_t number) {
  auto const& limits = options_.limits;
  auto input = hooks::read_case(std::string(text), {limits.line_bytes, limits.json_depth}, limits.read, options_.as_of);
  if (!input) {
    std::string const& where = input.error().where;
    return problem(number, kind_of(input.error()),
                   (where.empty() || where == "body" ? "" : where + ": ") + input.error().detail);
  }
  std::uint32_t ordinal = 0;
  for (auto const& decision : input->decide(knowledge_, options_.today)) {
    out_.outcomes.push_back({{number, out_.file, ordinal++},
                             ProblemKind::none,
                             order_text(options_.format, knowledge_, decision, {files_[out_.file].name, number})});
  }
}

}  // namespace ivig::batch
