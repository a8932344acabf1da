#include "fhir/version.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;
using base::member;

constexpr std::array<std::pair<std::string_view, Version>, 4> kNames{
    {{"DSTU2", Version::dstu2}, {"STU3", Version::stu3}, {"R4", Version::r4}, {"R5", Version::r5}}};

/// What the orders show, one flag per line of the table of clues.
struct Shapes {
  bool dstu2 = false;
  bool r4_or_later = false;
  bool stu3 = false;
  bool r5 = false;
};

void note_dosage(Json const& dosage, Shapes& shapes) {
  if (member(dosage, "doseAndRate") != nullptr) shapes.r4_or_later = true;
  if (member(dosage, "asNeeded") != nullptr || member(dosage, "asNeededFor") != nullptr) shapes.r5 = true;
  for (std::string_view const name : {"doseQuantity", "doseRange", "rateRatio", "rateRange", "rateQuantity"}) {
    if (member(dosage, name) != nullptr) shapes.stu3 = true;
  }
}

void note_order(Json const& order, Shapes& shapes) {
  std::string_view const type = base::string_member(order, "resourceType");
  if (type == "MedicationOrder" || type == "DiagnosticOrder" || type == "DeviceUseRequest") shapes.dstu2 = true;
  if (type == "ServiceRequest") shapes.r4_or_later = true;
  if (type == "ProcedureRequest") shapes.stu3 = true;
  if (type != "MedicationRequest") return;
  if (member(order, "encounter") != nullptr) shapes.r4_or_later = true;
  Json const* requester = base::object_member(order, "requester");
  Json const* substitution = base::object_member(order, "substitution");
  if (member(order, "context") != nullptr || (requester != nullptr && member(*requester, "agent") != nullptr) ||
      (substitution != nullptr && member(*substitution, "allowed") != nullptr)) {
    shapes.stu3 = true;
  }
  for (std::string_view const name : {"medication", "reason", "informationSource", "effectiveDosePeriod"}) {
    if (member(order, name) != nullptr) shapes.r5 = true;
  }
  base::each(order, "dosageInstruction", [&](Json const& dosage, std::size_t) { note_dosage(dosage, shapes); });
}

/// A version named by a segment of the path: ".../api/FHIR/STU3".
std::optional<Version> version_in_path(std::string_view url) {
  while (!url.empty()) {
    std::size_t const slash = url.rfind('/');
    std::string_view const segment = slash == std::string_view::npos ? url : url.substr(slash + 1);
    if (auto const version = parse_version(segment)) return version;
    url = slash == std::string_view::npos ? std::string_view() : url.substr(0, slash);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Version> parse_version(std::string_view name) {
  auto const* found =
      std::find_if(kNames.begin(), kNames.end(), [&](auto const& known) { return same_code(known.first, name); });
  return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

Version detect_version(VersionClues const& clues) {
  if (clues.configured) return *clues.configured;
  if (auto const vendor = parse_version(clues.vendor)) return *vendor;
  Shapes shapes;
  if (clues.draft_orders != nullptr) {
    base::each(*clues.draft_orders, "entry", [&](Json const& entry, std::size_t) {
      if (Json const* resource = base::object_member(entry, "resource")) note_order(*resource, shapes);
    });
  }
  if (shapes.dstu2) return Version::dstu2;
  if (shapes.r4_or_later) return shapes.r5 ? Version::r5 : Version::r4;
  if (shapes.stu3) return Version::stu3;
  if (shapes.r5) return Version::r5;
  return version_in_path(clues.fhir_server).value_or(Version::r4);
}

std::string_view media_type(Version version) {
  return version == Version::dstu2 ? "application/json+fhir" : "application/fhir+json";
}

}  // namespace ivig::fhir
