#include "hooks/feedback.h"

#include <algorithm>
#include <utility>

#include "base/instant.h"
#include "base/json_read.h"

namespace ivig::hooks {
namespace {

using base::Errc;
using base::Json;
using base::Result;

constexpr std::size_t kLongestId = 200;
constexpr std::size_t kLongestText = 10000;

/// Without control characters, and bounded at a whole UTF-8 character. REQ FDBK-13
std::string clean(std::string_view text, std::size_t most) {
  std::string out;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) out += c;
    else if (c == '\n' || c == '\t') out += ' ';
  }
  if (out.size() > most) {
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
    out.resize(end);
  }
  return out;
}

void take_coding(Json const& coding, store::FeedbackRecord& entry) {
  entry.reason_code = clean(base::string_member(coding, "code"), kLongestId);
  entry.reason_system = clean(base::string_member(coding, "system"), kLongestId);
  entry.reason_display = clean(base::string_member(coding, "display"), kLongestText);
}

/// A Coding, a CodeableConcept or a plain text: clients differ.
void take_reason(Json const& reason, store::FeedbackRecord& entry) {
  if (reason.IsString()) entry.reason_display = clean(base::as_string(reason), kLongestText);
  if (!reason.IsObject()) return;
  take_coding(reason, entry);
  if (Json const* coding = base::object_member(reason, "coding"); coding != nullptr && entry.reason_code.empty()) {
    take_coding(*coding, entry);
  }
  if (entry.reason_display.empty()) entry.reason_display = clean(base::string_member(reason, "text"), kLongestText);
}

/// What Epic sends in place of `reason`: an extension with a value of whatever type. REQ FDBK-07
void take_extension(Json const& extension, store::FeedbackRecord& entry) {
  if (!extension.IsObject()) return;
  for (auto const& member : extension.GetObject()) {
    std::string_view const name(member.name.GetString(), member.name.GetStringLength());
    if (name.starts_with("value") || name == "reason") take_reason(member.value, entry);
    else if (member.value.IsObject() && entry.reason_code.empty()) take_extension(member.value, entry);
  }
  if (entry.reason_code.empty() && entry.reason_display.empty()) take_coding(extension, entry);
}

void take_override_reason(Json const& reason, store::FeedbackRecord& entry) {
  if (Json const* coding = base::member(reason, "reason")) take_reason(*coding, entry);
  if (entry.reason_code.empty() && entry.reason_display.empty()) {
    base::each(reason, "extension", [&](Json const& extension, std::size_t) { take_extension(extension, entry); });
  }
  entry.user_comment = clean(base::string_member(reason, "userComment"), kLongestText);
}

/// Local times are often sent as if they were UTC, or with another place's offset: a time may be ahead by the widest
/// one.
constexpr std::chrono::hours kWidestOffset(14);

Result<store::FeedbackRecord> read_entry(Json const& object, std::string const& where, store::Time latest) {
  if (!object.IsObject()) return base::fail(Errc::wrong_type, where, "must be an object");
  store::FeedbackRecord entry;
  std::string_view const card = base::string_member(object, "card");
  if (card.empty() || card.size() > kLongestId) {
    return base::fail(Errc::missing_field, where + ".card",
                      "must be the uuid of a card, a string of at most 200 bytes");
  }
  entry.card = clean(card, kLongestId);
  entry.outcome = base::string_member(object, "outcome");
  if (entry.outcome != "accepted" && entry.outcome != "overridden") {
    return base::fail(Errc::invalid_value, where + ".outcome", "must be accepted or overridden");
  }
  auto const time = base::parse_instant(base::string_member(object, "outcomeTimestamp"));
  if (!time) {
    return base::fail(Errc::invalid_value, where + ".outcomeTimestamp",
                      "must be an RFC 3339 date and time with offset");
  }
  if (*time > latest) {
    return base::fail(Errc::invalid_value, where + ".outcomeTimestamp",
                      "lies in the future: later than this server's clock by more than 14 hours");
  }
  entry.outcome_time = *time;
  base::each(object, "acceptedSuggestions", [&](Json const& suggestion, std::size_t) {
    std::string_view const id =
        suggestion.IsString() ? base::as_string(suggestion) : base::string_member(suggestion, "id");
    if (!id.empty()) entry.accepted_suggestions.push_back(clean(id, kLongestId));
  });
  if (entry.outcome == "accepted" && entry.accepted_suggestions.empty()) {  // REQ FDBK-05
    return base::fail(Errc::missing_field, where + ".acceptedSuggestions",
                      "must name the suggestions that were accepted");
  }
  // REQ FDBK-07: Epic documents both spellings.
  for (char const* name : {"overrideReason", "overrideReasons"}) {
    if (Json const* reason = base::object_member(object, name)) take_override_reason(*reason, entry);
  }
  return entry;
}

}  // namespace

Result<FeedbackCall> read_feedback(Json const& body, std::string_view client, store::Time received, std::size_t most,
                                   std::chrono::seconds skew) {
  if (!body.IsObject()) return base::fail(Errc::wrong_type, "", "the body must be an object with an array feedback");
  Json const* list = base::member(body, "feedback");
  if (list == nullptr) return base::fail(Errc::missing_field, "feedback", "must be an array");
  if (!list->IsArray()) return base::fail(Errc::wrong_type, "feedback", "must be an array");
  if (list->Size() > most) {
    return base::fail(Errc::too_large, "feedback",
                      "has " + std::to_string(list->Size()) + " entries; at most " + std::to_string(most) +
                          " (limits.feedback_entries) are taken in one call");
  }
  FeedbackCall call;
  base::each(body, "feedback", [&](Json const& item, std::size_t index) {
    auto entry = read_entry(item, "feedback[" + std::to_string(index) + "]", received + skew + kWidestOffset);
    if (!entry) {
      ++call.rejected;
      if (!call.first_rejected) call.first_rejected = entry.error();
      return;
    }
    entry->client = client;
    entry->received = received;
    call.entries.push_back(std::move(*entry));
  });
  if (call.entries.empty() && call.first_rejected) return tl::unexpected(*call.first_rejected);
  return call;
}

}  // namespace ivig::hooks
