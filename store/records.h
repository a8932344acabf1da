#pragma once
// What is kept: decisions, the clinician's answers to them, and the tokens that were used. Plain values of text; the
// words of `stance`, `indicator` and row ids are those of rules/.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ivig::store {

/// Milliseconds since 1970, UTC.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// A card that went out with a decision; feedback names it by its uuid.
struct CardRecord {
  std::string uuid;
  std::string indicator;

  bool operator==(CardRecord const&) const = default;
};

/// What was advised about one order. Holds patient data: for the store, never for logs.
/// INVARIANT: no access token and no JWT is in any member (FHIR-04).
struct DecisionRecord {
  std::string id;  ///< UUID version 7 (base/uuid.h): ids sort as decisions were made
  Time time;
  std::string hook_instance;
  std::string client;
  std::string tenant;
  std::string service;
  std::string order;    ///< reference, plain or hashed (store/references.h)
  std::string patient;  ///< likewise
  std::string rules_version;
  std::string rules_sha256;
  std::string row;        ///< the leading recommendation, or empty
  std::string stance;     ///< or empty where no row applies
  std::string indicator;  ///< none | info | warning | critical
  std::string condition;  ///< the first that the order is for (a fact id), or empty
  std::int64_t latency_us = 0;
  std::vector<CardRecord> cards;
  std::string decision_json;  ///< one object, as `check --format json` has it
  std::string facts_json;     ///< one array: the facts used, with provenance
  std::string cards_json;     ///< one array: the cards as they were sent

  bool operator==(DecisionRecord const&) const = default;
};

/// One entry of a feedback call (FDBK-03 .. FDBK-09).
struct FeedbackRecord {
  std::string client;
  std::string card;
  std::string outcome;  ///< accepted | overridden
  Time outcome_time;
  std::string reason_code, reason_system, reason_display;
  std::string user_comment;                       ///< may hold patient data (FDBK-13)
  std::vector<std::string> accepted_suggestions;  ///< uuids
  Time received;

  bool operator==(FeedbackRecord const&) const = default;
};

/// One use of a client's token: `jti` is unique per issuer until it expires (JWT-16).
struct TokenUse {
  std::string issuer;
  std::string jti;
  std::chrono::sys_seconds expires;
};

/// Which decisions one asks for. Empty members do not restrict.
struct DecisionQuery {
  std::optional<Time> from{};   ///< made at or after
  std::optional<Time> until{};  ///< made before
  std::string row{};            ///< leading recommendation
  std::string stance{};         ///< "none" where no row applied
  std::string indicator{};
  std::string outcome{};  ///< accepted | overridden | none: what the newest feedback says; none is silence, not consent
  std::string client{};
  std::string service{};
  std::string hook_instance{};
  std::string patient{};  ///< as stored: hash it first where references are hashed
  std::string order{};
  std::string card{};           ///< uuid
  std::string condition{};      ///< a fact id; "none" where none was found
  std::string determination{};  ///< approve | deny | more-information | none
  bool asked = false;           ///< with a card only: what a reviewer looks at first
  std::string after{};          ///< page on: decisions older than this id
  unsigned limit = 50;          ///< most that are returned
  bool documents = true;        ///< with decision, facts and cards; false: what a table shows
};

/// A card may be answered any number of times: what is shown is bounded.
constexpr unsigned kFeedbackPerPage = 20;
constexpr unsigned kMostFeedbackPages = 500;
constexpr std::size_t kMostFeedbackCounted = std::size_t{kFeedbackPerPage} * kMostFeedbackPages;

/// A decision as it is found again.
struct StoredDecision {
  DecisionRecord record;
  std::string outcome;                   ///< accepted | overridden | none
  std::vector<FeedbackRecord> feedback;  ///< one page of it, in the order of their times; the first page is the newest
  std::size_t feedback_count = 0;        ///< on its cards, by its own client; kMostFeedbackCounted: or more
  unsigned feedback_page = 1;
  std::string determination = "none";  ///< the newest: approve | deny | more-information | none
};

struct DecisionPage {
  std::vector<StoredDecision> decisions;  ///< newest first
  std::string next;                       ///< `after` of the next page; empty: this was the last
};

/// What became of the cards of one recommendation: a rule that is mostly overridden is noise.
struct OverrideRate {
  std::string row;             ///< empty: cards without a leading recommendation
  std::int64_t decisions = 0;  ///< all, with card or without
  std::int64_t cards = 0;
  std::int64_t accepted = 0;
  std::int64_t overridden = 0;
};

}  // namespace ivig::store
