#pragma once
// Which FHIR version a call is in. Reading is tolerant whatever the version; it decides what is written and asked for.

#include <optional>
#include <string_view>

#include "base/json_body.h"

namespace ivig::fhir {

enum class Version { dstu2, stu3, r4, r5 };

/// "DSTU2", "STU3", "R4", "R5" in either case; nullopt for anything else.
[[nodiscard]] std::optional<Version> parse_version(std::string_view name);

/// The clues of a call, by falling trust: the configuration, the vendor's own statement, the shape of the orders, the
/// path of the FHIR server; R4 when there are none. REQ REQ-13
struct VersionClues {
  std::optional<Version> configured;
  std::string_view vendor;                   ///< "R4"; empty: none
  base::Json const* draft_orders = nullptr;  ///< a Bundle, or nullptr
  std::string_view fhir_server;
};
[[nodiscard]] Version detect_version(VersionClues const& clues);

/// The media type to ask a server of that version for. REQ FHIR-10
[[nodiscard]] std::string_view media_type(Version version);

}  // namespace ivig::fhir
