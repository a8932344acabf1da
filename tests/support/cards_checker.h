#pragma once
// Checks any answer of a service against the card-shape rows of the requirement table, whatever it says:
// RESP-01..04, CARD-01..11, SUGG-01..06, ACT-01..08, SYS-03, OVR-01..02, LINK-01..05, EXT-01, EXT-04.

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_body.h"
#include "base/json_read.h"

namespace ivig::test {

/// What the client that got the answer can take, and which orders it sent.
struct CardsContext {
  bool version_1_0 = false;          ///< a CDS Hooks 1.0 client: no members of later versions (EXT-04)
  bool one_action = false;           ///< Epic (SUGG-07)
  std::set<std::string> orders{};    ///< "MedicationRequest/x" of draftOrders; empty: targets are not compared (ACT-07)
  std::vector<std::string> secrets;  ///< texts that must not stand in the answer
};

class CardsChecker {
 public:
  explicit CardsChecker(CardsContext context) : context_(std::move(context)) {}

  /// One line for each broken row; empty when the answer is right.
  std::vector<std::string> faults(std::string_view answer) {
    auto body = base::JsonBody::parse(std::string(answer), {});
    if (!body) return {"HTTP-02: not JSON: " + body.error().detail};
    Json const& root = (*body)->root();
    if (!root.IsObject()) return {"RESP-01: not an object"};
    members(root, "", {"cards", "extension"});
    Json const* cards = base::member(root, "cards");
    if (cards == nullptr || !cards->IsArray()) return {"RESP-01: no array \"cards\""};
    for (auto const& member : root.GetObject()) {
      if (base::as_string(member.name) != "cards") no_empties(member.value, std::string(base::as_string(member.name)));
    }
    for (std::size_t i = 0; i < cards->Size(); ++i) card((*cards)[i], "cards[" + std::to_string(i) + "]");
    for (auto const& secret : context_.secrets) {
      if (answer.find(secret) != std::string_view::npos) fault("LOG-02", "answer", "holds \"" + secret + "\"");
    }
    return std::move(faults_);
  }

 private:
  using Json = base::Json;

  void fault(std::string_view row, std::string const& where, std::string const& why) {
    faults_.push_back(std::string(row) + ": " + where + " " + why);
  }
  void require(bool holds, std::string_view row, std::string const& where, std::string const& why) {
    if (!holds) fault(row, where, why);
  }

  /// REQ RESP-04: only members of the specification; EXT-01: `extension` is an object.
  void members(Json const& object, std::string const& where, std::initializer_list<std::string_view> known) {
    std::set<std::string_view> seen;
    for (auto const& member : object.GetObject()) {
      auto name = base::as_string(member.name);
      require(std::find(known.begin(), known.end(), name) != known.end(), "RESP-04", where,
              "has the member " + std::string(name));
      require(seen.insert(name).second, "HTTP-10", where, "has the member twice: " + std::string(name));
      if (name == "extension") require(member.value.IsObject(), "EXT-01", where, "extension is no object");
    }
  }

  /// REQ RESP-03, at any depth; FHIR resources forbid the same.
  void no_empties(Json const& value, std::string const& where) {
    require(!value.IsNull(), "RESP-03", where, "is null");
    if (value.IsString()) require(value.GetStringLength() > 0, "RESP-03", where, "is an empty string");
    if (value.IsArray()) {
      require(!value.Empty(), "RESP-03", where, "is an empty array");
      for (auto const& item : value.GetArray()) no_empties(item, where + "[]");
    }
    if (value.IsObject()) {
      require(value.MemberCount() > 0, "RESP-03", where, "is an empty object");
      for (auto const& member : value.GetObject())
        no_empties(member.value, where + "." + std::string(base::as_string(member.name)));
    }
  }

  /// Absent in an answer for 1.0 clients. REQ EXT-04
  void later_than_1_0(Json const& object, std::string const& where, std::initializer_list<char const*> names) {
    for (char const* name : names) {
      if (context_.version_1_0)
        require(base::member(object, name) == nullptr, "EXT-04", where, std::string("has ") + name);
    }
  }

  std::string text(Json const& object, char const* name, std::string_view row, std::string const& where) {
    Json const* value = base::member(object, name);
    bool there = value != nullptr && value->IsString() && value->GetStringLength() > 0;
    require(there, row, where, std::string("has no text ") + name);
    return there ? std::string(base::as_string(*value)) : std::string{};
  }

  void uuid(Json const& object, std::string_view row, std::string const& where) {
    std::string value = text(object, "uuid", row, where);
    bool shape = value.size() == 36;
    for (std::size_t i = 0; shape && i < value.size(); ++i) {
      bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      auto c = static_cast<unsigned char>(value[i]);
      shape = dash ? c == '-' : std::isdigit(c) != 0 || (c >= 'a' && c <= 'f');
    }
    require(shape, row, where, "uuid is no lower-case UUID: " + value);
    require(uuids_.insert(value).second, row, where, "uuid stands twice: " + value);
  }

  void url(std::string const& value, std::string_view row, std::string const& where) {
    require(value.starts_with("https://") && value.size() > 8, row, where, "is no absolute https URL: " + value);
    require(value.find_first_of(" \t\r\n\"<>") == std::string::npos, row, where, "holds what no URL may: " + value);
  }

  void coding(Json const& value, bool display, std::string_view row, std::string const& where) {
    if (!value.IsObject()) return fault(row, where, "is no Coding");
    members(value, where, {"code", "system", "display"});
    text(value, "code", row, where);
    text(value, "system", row, where);
    if (display) text(value, "display", "OVR-02", where);
  }

  void card(Json const& value, std::string const& where) {
    if (!value.IsObject()) return fault("CARD-05", where, "is no object");
    members(value, where,
            {"uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior", "overrideReasons",
             "links", "extension"});
    no_empties(value, where);
    later_than_1_0(value, where, {"uuid", "overrideReasons", "extension"});
    if (!context_.version_1_0) uuid(value, "CARD-01", where);
    summary(text(value, "summary", "CARD-02", where), where);
    if (base::member(value, "detail") != nullptr) detail(text(value, "detail", "CARD-03", where), where);
    std::string indicator = text(value, "indicator", "CARD-04", where);
    require(indicator == "info" || indicator == "warning" || indicator == "critical", "CARD-04", where,
            "has the indicator " + indicator);
    source(base::member(value, "source"), where + ".source");
    suggestions(value, where);
    each(value, "overrideReasons", "OVR-01", where,
         [&](Json const& reason, std::string const& place) { coding(reason, true, "OVR-01", place); });
    each(value, "links", "CARD-11", where, [&](Json const& one, std::string const& place) { link(one, place); });
  }

  /// Fewer than 140 UTF-16 code units, on one line. REQ CARD-02
  void summary(std::string const& words, std::string const& where) {
    std::size_t units = 0;
    for (char c : words) {
      auto byte = static_cast<unsigned char>(c);
      if ((byte & 0xc0U) != 0x80U) units += byte >= 0xf0U ? 2 : 1;
    }
    require(units >= 1 && units <= 139, "CARD-02", where, "summary has " + std::to_string(units) + " units");
    require(words.find_first_of("\r\n\t") == std::string::npos, "CARD-02", where, "summary is no single line");
    require(words.find('{') == std::string::npos, "CARD-02", where, "summary has an open placeholder: " + words);
  }

  /// GitHub-Flavored Markdown without HTML, and without links, images and addresses that GFM turns into links: links
  /// have their own place. REQ CARD-03
  void detail(std::string const& words, std::string const& where) {
    require(words.find('<') == std::string::npos, "CARD-03", where, "detail has an angle bracket");
    for (std::size_t at = words.find("]("); at != std::string::npos; at = words.find("](", at + 1))
      require(at > 0 && words[at - 1] == '\\', "CARD-03", where, "detail has a link");
    for (std::string_view scheme : {"http://", "https://", "ftp://", "mailto:", "www."})
      require(words.find(scheme) == std::string::npos, "CARD-03", where, "detail has " + std::string(scheme));
    require(std::all_of(words.begin(), words.end(),
                        [](unsigned char c) { return c == '\n' || (c >= 0x20U && c != 0x7fU); }),
            "CARD-03", where, "detail has a control character");
  }

  void source(Json const* value, std::string const& where) {
    if (value == nullptr || !value->IsObject()) return fault("CARD-05", where, "is no object");
    members(*value, where, {"label", "url", "icon", "topic", "extension"});
    later_than_1_0(*value, where, {"topic"});
    text(*value, "label", "CARD-05", where);
    if (base::member(*value, "url") != nullptr) url(text(*value, "url", "CARD-06", where), "CARD-06", where);
    Json const* topic = base::member(*value, "topic");
    if (topic == nullptr) return;
    coding(*topic, false, "CARD-08", where + ".topic");
    auto code = base::string_member(*topic, "code");
    bool plain = std::all_of(code.begin(), code.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
    require(plain && code.size() <= 100, "CARD-08", where, "topic code is not alphanumeric");
  }

  void suggestions(Json const& card, std::string const& where) {
    Json const* behavior = base::member(card, "selectionBehavior");
    require((behavior != nullptr) == (base::member(card, "suggestions") != nullptr), "CARD-10", where,
            "has only one of suggestions and selectionBehavior");
    std::string_view chosen = behavior == nullptr ? "" : base::as_string(*behavior);
    if (behavior != nullptr) {
      require(chosen == "at-most-one" || (chosen == "any" && !context_.version_1_0), "CARD-10", where,
              "has the selectionBehavior " + std::string(chosen));
    }
    int recommended = 0;
    each(card, "suggestions", "CARD-09", where, [&](Json const& suggestion, std::string const& place) {
      if (!suggestion.IsObject()) return fault("SUGG-01", place, "is no object");
      members(suggestion, place, {"label", "uuid", "isRecommended", "actions", "extension"});
      later_than_1_0(suggestion, place, {"isRecommended", "extension"});
      text(suggestion, "label", "SUGG-01", place);
      uuid(suggestion, "SUGG-02", place);
      if (Json const* flag = base::member(suggestion, "isRecommended"); flag != nullptr) {
        require(flag->IsBool(), "SUGG-03", place, "isRecommended is no boolean");
        recommended += flag->IsTrue() ? 1 : 0;
      }
      std::size_t count = 0;
      each(suggestion, "actions", "SUGG-04", place, [&](Json const& one, std::string const& at) {
        ++count;
        action(one, at);
      });
      if (context_.one_action) require(count <= 1, "SUGG-07", place, "has several actions");
    });
    require(recommended <= 1 || chosen == "any", "SUGG-03", where, "recommends several of which one may be taken");
  }

  void action(Json const& value, std::string const& where) {
    if (!value.IsObject()) return fault("ACT-01", where, "is no object");
    members(value, where, {"type", "description", "resource", "resourceId", "extension"});
    std::string type = text(value, "type", "ACT-01", where);
    text(value, "description", "ACT-02", where);
    Json const* resource = base::member(value, "resource");
    Json const* resource_id = base::member(value, "resourceId");
    if (type == "delete") {
      remove(resource, resource_id, where);
    } else if (type == "create" || type == "update") {
      require(resource != nullptr && resource->IsObject() && !base::string_member(*resource, "resourceType").empty(),
              type == "create" ? "ACT-03" : "ACT-04", where, "has no whole resource");
      require(resource_id == nullptr, "ACT-08", where, "has a resourceId");
      if (type == "update" && resource != nullptr) {
        target(std::string(base::string_member(*resource, "resourceType")) + "/" +
                   std::string(base::string_member(*resource, "id")),
               where);
      }
    } else {
      fault("ACT-01", where, "has the type " + type);
    }
  }

  void remove(Json const* resource, Json const* resource_id, std::string const& where) {
    Json const* named = context_.version_1_0 ? resource : resource_id;
    Json const* other = context_.version_1_0 ? resource_id : resource;
    std::string_view row = context_.version_1_0 ? "ACT-06" : "ACT-05";
    require(other == nullptr, row, where, "names its target in the wrong member");
    if (named == nullptr || !named->IsString()) return fault(row, where, "names no target");
    target(std::string(base::as_string(*named)), where);
  }

  /// Entries of the request, as "Type/id". REQ ACT-05, ACT-07
  void target(std::string const& reference, std::string const& where) {
    require(std::count(reference.begin(), reference.end(), '/') == 1 && !reference.ends_with('/') &&
                !reference.starts_with('/'),
            "ACT-05", where, "has no relative reference: " + reference);
    if (!context_.orders.empty())
      require(context_.orders.contains(reference), "ACT-07", where, "targets what was not sent: " + reference);
  }

  void link(Json const& value, std::string const& where) {
    if (!value.IsObject()) return fault("LINK-01", where, "is no object");
    members(value, where, {"label", "url", "type", "appContext", "autolaunchable", "extension"});
    text(value, "label", "LINK-01", where);
    std::string address = text(value, "url", "LINK-01", where);
    url(address, "LINK-05", where);
    require(address.find_first_of("?#") == std::string::npos, "LINK-05", where, "url has a query");
    std::string type = text(value, "type", "LINK-02", where);
    require(type == "absolute" || type == "smart", "LINK-02", where, "has the type " + type);
    Json const* context = base::member(value, "appContext");
    require(context == nullptr || (type == "smart" && context->IsString()), "LINK-03", where, "has an appContext");
    require(base::member(value, "autolaunchable") == nullptr, "LINK-04", where, "launches by itself");
  }

  template <class F>
  void each(Json const& object, char const* name, std::string_view row, std::string const& where, F&& f) {
    Json const* found = base::member(object, name);
    if (found == nullptr) return;
    std::string place = where + "." + name;
    if (!found->IsArray()) return fault(row, place, "is no array");
    for (std::size_t i = 0; i < found->Size(); ++i) f((*found)[i], place + "[" + std::to_string(i) + "]");
  }

  CardsContext context_;
  std::set<std::string> uuids_;
  std::vector<std::string> faults_;
};

/// The broken rows of an answer, one a line; empty when it is right.
inline std::string card_faults(std::string_view answer, CardsContext const& context = {}) {
  std::string text;
  for (auto const& fault : CardsChecker(context).faults(answer)) text += fault + "\n";
  return text;
}

}  // namespace ivig::test
