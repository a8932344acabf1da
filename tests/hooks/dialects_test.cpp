// One chart in four FHIR versions and in seven forms of delivery gives equal charts and equal cards.
// REQ REQ-13, PREF-02..PREF-12, PREF-15, CTX-08
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/dialects.h"
#include "tests/support/fetching_service.h"

namespace ivig::hooks {
namespace {

using fhir::Version;
using test::bundle;
using test::Dialect;
using test::FetchingService;
using test::FhirServer;
using test::json;
using Keys = std::vector<std::pair<std::string, std::string>>;

constexpr std::array kVersions{Version::dstu2, Version::stu3, Version::r4, Version::r5};
constexpr std::array kNames{"DSTU2", "STU3", "R4", "R5"};

/// Every kind of the chart by its prefetch key, and what of it is on offer.
using Chart = std::vector<std::pair<std::string, std::vector<std::string>>>;

Chart chart_of(Dialect const& dialect) {
  return {{"patient", {test::patient()}},
          {"conditions", dialect.conditions()},
          {"observations", dialect.observations()},
          {"allergies", dialect.allergies()},
          {"medications", dialect.earlier_orders()},
          {"medicationStatements", dialect.statements()},
          {"procedures", {}}};
}

std::string value_of(std::string const& key, std::vector<std::string> const& resources) {
  return key == "patient" ? resources.front() : bundle(resources);
}

/// The request with that prefetch. The Medication comes as an entry beside the order.
std::string request(Dialect const& dialect, Keys const& prefetch, std::string const& more) {
  std::string keys;
  for (auto const& [key, value] : prefetch) keys += (keys.empty() ? "'" : ",'") + key + "':" + value;
  return json(
      "{'hook':'order-sign','hookInstance':'6f1d9a52-6c0b-4bb6-9f0d-1a2b3c4d5e6f','context':{'userId':"
      "'Practitioner/d','patientId':'p1','draftOrders':" +
      bundle({dialect.order(), dialect.medication()}, "collection") + "},'prefetch':{" + keys + "}" +
      (more.empty() ? "" : "," + more) + "}");
}

/// What a reader of the answer sees. Suggestions differ rightly: they name, and hold, resources of the version.
std::string comparable(std::string const& answer) {
  auto const body = base::JsonBody::parse(answer, {});
  if (!body) return answer;
  std::string text;
  base::each((*body)->root(), "cards", [&](base::Json const& card, std::size_t) {
    for (char const* member : {"indicator", "summary", "detail"}) {
      text += std::string(base::string_member(card, member)) + "\n";
    }
  });
  return text;
}

class Delivery {
 public:
  explicit Delivery(Version version) : dialect(version), chart(chart_of(dialect)) {
    for (auto const& [key, resources] : chart) {
      for (auto const& resource : resources) server.put(resource);
    }
    service.allow({server.base()});
    service.settings.version = version;
  }

  Dialect dialect;
  Chart chart;
  FhirServer server;
  FetchingService service;

  std::string answer(Keys const& prefetch, bool may_fetch) {
    return comparable(service.answer(request(dialect, prefetch, may_fetch ? test::access(server.base()) : "")));
  }

  Keys full() const {
    Keys keys;
    for (auto const& [key, resources] : chart) keys.emplace_back(key, value_of(key, resources));
    return keys;
  }
  /// Every other key.
  Keys half() const {
    Keys const all = full();
    Keys keys;
    for (std::size_t i = 1; i < all.size(); i += 2) keys.push_back(all[i]);
    return keys;
  }
  Keys with_empties(std::string const& empty) const {
    Keys keys = full();
    for (auto& [key, value] : keys) {
      if (key == "procedures") value = empty;
    }
    return keys;
  }
  /// The first page of each search, the rest on the server.
  Keys paged() const {
    Keys keys;
    for (auto const& [key, resources] : chart) {
      if (resources.size() < 2) {
        keys.emplace_back(key, value_of(key, resources));
        continue;
      }
      std::string const type = key == "conditions" ? "Condition" : "Observation";
      std::string first = bundle({resources.front()});
      first.insert(first.size() - 1,
                   ",'link':[{'relation':'next','url':'" + server.base() + "/" + type + "?patient=p1&_page=0'}]");
      keys.emplace_back(key, first);
    }
    return keys;
  }
  Keys renamed() const {
    Keys keys = full();
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i].first = "item" + std::to_string(i);
    // Of an empty Bundle only its own link can say what was looked for.
    keys.back().second = "{'resourceType':'Bundle','type':'searchset','link':[{'relation':'self','url':'" +
                         server.base() + "/Procedure?patient=p1'}]}";
    return keys;
  }
};

TEST(Dialects, PREF_15_REQ_13_four_versions_and_seven_deliveries_give_equal_cards) {
  std::string const nothing_found =
      "{'resourceType':'OperationOutcome','issue':[{'severity':'warning','code':'not-found'}]}";
  std::string want;
  for (std::size_t i = 0; i < kVersions.size(); ++i) {
    Delivery delivery(kVersions[i]);
    std::string const full = delivery.answer(delivery.full(), false);
    if (want.empty()) {
      want = full;
      for (char const* part : {"critical", "inclusion body myositis", "IgA deficiency", "4 g/kg"})
        EXPECT_NE(want.find(part), std::string::npos) << part << "\n" << want;
    }
    EXPECT_EQ(full, want) << kNames[i] << ", full prefetch";
    EXPECT_EQ(delivery.answer(delivery.with_empties("null"), false), want) << kNames[i] << ", null";
    EXPECT_EQ(delivery.answer(delivery.with_empties(nothing_found), false), want) << kNames[i] << ", OperationOutcome";
    EXPECT_EQ(delivery.answer(delivery.renamed(), true), want) << kNames[i] << ", renamed keys";
    EXPECT_EQ(delivery.server.accepted(), 0) << kNames[i] << ": nothing was lacking";
    EXPECT_EQ(delivery.answer(delivery.half(), true), want) << kNames[i] << ", half";
    EXPECT_EQ(delivery.answer(delivery.paged(), true), want) << kNames[i] << ", paged";
    EXPECT_EQ(delivery.answer({}, true), want) << kNames[i] << ", empty prefetch";
    delivery.server.page_size(1);
    EXPECT_EQ(delivery.answer({}, true), want) << kNames[i] << ", fetched in pages";
  }
}

std::string text_of(fhir::Concept const& concept_value) {
  std::string text(concept_value.text);
  for (auto const& coding : concept_value.codings) text += " " + std::string(coding.code);
  return text;
}

std::string day_of(std::optional<base::Day> day) {
  return day ? base::rfc3339(std::chrono::floor<std::chrono::seconds>(*day)).substr(0, 10) : "-";
}

/// Everything that a chart holds, one line each.
std::string shown(fhir::Chart const& chart) {
  std::string text;
  for (auto const& one : chart.conditions) {
    text += "condition " + std::string(one.id) + " " + text_of(one.code) + " " +
            std::to_string(static_cast<int>(one.clinical)) + std::to_string(static_cast<int>(one.verification)) + " " +
            day_of(one.recorded) + "\n";
  }
  for (auto const& one : chart.observations) {
    text += "observation " + text_of(one.code) + " " + (one.quantity ? one.quantity->value->text() : "") + " " +
            (one.interpretations.empty() ? "" : text_of(one.interpretations[0])) + " " + day_of(one.effective) + "\n";
  }
  for (auto const& one : chart.allergies) {
    text += "allergy " + text_of(one.code) + " " + std::string(one.criticality) + " " + std::string(one.type) + " " +
            text_of(one.reactions.at(0).manifestations.at(0)) + " " + std::string(one.reactions[0].severity) + "\n";
  }
  for (auto const& one : chart.treatments) {
    text += "treatment " + std::string(one.id) + " " + text_of(one.what) + " " +
            (one.reasons.empty() ? "" : text_of(one.reasons[0])) + " " + day_of(one.start) + " " + day_of(one.end) +
            "\n";
  }
  for (auto const& one : chart.answers) text += "answer " + std::string(one.link_id) + (one.yes ? " yes\n" : " no\n");
  return text;
}

TEST(Dialects, REQ_13_every_resource_reads_alike_in_four_versions) {
  std::string want;
  for (std::size_t i = 0; i < kVersions.size(); ++i) {
    Dialect const dialect(kVersions[i]);
    Keys keys;
    for (auto const& [key, resources] : chart_of(dialect)) keys.emplace_back(key, value_of(key, resources));
    keys.back().second = bundle(dialect.procedures());
    keys.emplace_back("given", bundle(dialect.administrations()));
    keys.emplace_back("answers", dialect.answers());
    auto const body = base::JsonBody::parse(request(dialect, keys, ""), {});
    ASSERT_TRUE(body);
    auto read = OrderCase::read((*body)->root(), *find_service("ivig-order-sign"));
    ASSERT_TRUE(read) << read.error().where;
    read->read_chart();
    if (want.empty()) {
      want = shown(read->chart);
      for (char const* part :
           {"c1 ", "c3 ", "allergy Immune", "2458-8", "Anaphylaxis severe", "h1 ", "h2 ", "h3 ", "h4 ", "q1 yes"}) {
        EXPECT_NE(want.find(part), std::string::npos) << part << "\n" << want;
      }
      EXPECT_EQ(want.find("c4 "), std::string::npos) << "entered in error";
    }
    EXPECT_EQ(shown(read->chart), want) << kNames[i];
    ASSERT_EQ(read->orders.size(), 1U);
    EXPECT_EQ(read->orders[0].reasons.size(), 1U) << kNames[i];
    EXPECT_EQ(day_of(read->orders[0].authored), "2026-11-25") << kNames[i];
  }
}

TEST(Dialects, CTX_09_an_infusion_ordered_by_its_HCPCS_code_reads_alike_in_four_versions) {
  std::string want;
  test::OrderAnswers service;
  for (std::size_t i = 0; i < kVersions.size(); ++i) {
    std::string const said = service.said({{Dialect(kVersions[i]).infusion()}});
    if (want.empty()) want = said;
    EXPECT_NE(said.find("inclusion body myositis"), std::string::npos) << kNames[i];
    EXPECT_EQ(said, want) << kNames[i];
  }
}

Version detected(std::string const& drafts, std::string_view vendor = "", std::string_view server = "",
                 std::optional<Version> configured = {}) {
  auto const body = base::JsonBody::parse(json(drafts), {});
  return fhir::detect_version({configured, vendor, &(*body)->root(), server});
}

TEST(Dialects, REQ_13_the_version_is_found_in_the_order_of_trust) {
  for (std::size_t i = 0; i < kVersions.size(); ++i) {
    std::string const drafts = bundle({Dialect(kVersions[i]).order()}, "collection");
    EXPECT_EQ(detected(drafts), kVersions[i]) << kNames[i];
    EXPECT_EQ(detected(drafts, "", "https://h/api/FHIR/R4"), kVersions[i]) << "the orders outrank the path";
    EXPECT_EQ(detected(drafts, kNames[3 - i]), kVersions[3 - i]) << "the vendor outranks the orders";
    EXPECT_EQ(detected(drafts, "R4", "", Version::dstu2), Version::dstu2) << "the configuration outranks all";
  }
  std::string const plain = bundle({test::medication_request("a", "")}, "collection");
  EXPECT_EQ(detected(plain), Version::r4);
  EXPECT_EQ(detected(plain, "", "https://h/interconnect/api/FHIR/STU3/"), Version::stu3);
  EXPECT_EQ(detected(plain, "", "https://h/dstu2/tenant"), Version::dstu2);
  EXPECT_EQ(detected(plain, "6.0", "https://h/fhir"), Version::r4);
  EXPECT_EQ(detected(bundle({"{'resourceType':'ServiceRequest','id':'s'}"})), Version::r4);
}

}  // namespace
}  // namespace ivig::hooks
