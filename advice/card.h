#pragma once
// A CDS Hooks card as a plain value, before it is fitted to a client's profile. Specification: CDS Hooks 2.0,
// "CDS Service Response" (requirements CARD-*, SUGG-*, ACT-*, OVR-*, LINK-* of the requirement table).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/findings.h"

namespace ivig::advice {

using rules::Indicator;

/// Views into the rule set, or of literals.
struct CardCoding {
  std::string_view system;
  std::string_view code;
  std::string_view display;
  std::string_view json{};  ///< the same, written already; empty: not yet
};

struct Action {
  enum class Type { create, update, remove };
  Type type = Type::remove;
  std::string description;
  std::string resource;     ///< create, update: the whole resource as JSON text, spliced into the answer unchanged
  std::string resource_id;  ///< remove: relative reference "MedicationRequest/x" of an entry of draftOrders (ACT-07)
};

struct Suggestion {
  std::string label;
  std::string uuid;
  bool recommended = false;
  std::vector<Action> actions;
};

struct Link {
  std::string label;
  std::string url;  ///< absolute
};

struct Card {
  std::string uuid;
  std::string summary;  ///< 1..139 UTF-16 code units (CARD-02)
  std::string detail;   ///< GitHub-Flavored Markdown without HTML; request values escaped (CARD-03)
  Indicator indicator = Indicator::info;
  std::string source_label;
  std::string source_url;
  std::optional<CardCoding> topic;
  std::vector<Suggestion> suggestions;
  std::vector<CardCoding> override_reasons;
  std::vector<Link> links;
  std::string order;  ///< "MedicationRequest/x": which order the card is about; empty when it sums up several
  std::vector<std::size_t> decisions;  ///< places of the decisions that it tells of
};

}  // namespace ivig::advice
