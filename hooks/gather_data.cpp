#include "hooks/gather_data.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "advice/interest.h"
#include "base/json_read.h"
#include "fhir/missing_references.h"

namespace ivig::hooks {
namespace {

using advice::Interest;
using base::Json;

/// A Medication first, then what its order needs, then what that refers to.
constexpr int kRounds = 3;
constexpr std::size_t kMostReferences = 20;

/// The template's query for this patient and version.
std::string query_of(PrefetchTemplate const& prefetch, std::string_view patient_id, fhir::Version version) {
  std::string path(prefetch.query);
  constexpr std::string_view kToken = "{{context.patientId}}";
  for (std::size_t at = path.find(kToken); at != std::string::npos; at = path.find(kToken)) {
    path.replace(at, kToken.size(), fhir::percent_encoded(patient_id));
  }
  if (version != fhir::Version::dstu2) return path;
  auto const rewrite = [&path](std::string_view from, std::string_view to) {
    if (std::size_t const at = path.find(from); at != std::string::npos) path.replace(at, from.size(), to);
  };
  rewrite("MedicationRequest?", "MedicationOrder?");
  rewrite("_sort=-date", "_sort:desc=date");
  return path;
}

std::string_view type_of(PrefetchTemplate const& prefetch) {
  return prefetch.query.substr(0, prefetch.query.find_first_of("/?"));
}

class Plan {
 public:
  Plan(std::set<std::string> const& asked, std::string_view fhir_server) : asked_(asked), fhir_server_(fhir_server) {}

  void add(std::string_view key, std::string path) {
    bool const known = asked_.contains(std::string(key)) ||
                       std::any_of(queries_.begin(), queries_.end(), [&](auto& q) { return q.key == key; });
    if (!known) queries_.push_back({std::string(key), std::move(path)});
  }

  /// Reads of what is referred to, on this server only. REQ FHIR-08
  void add_references(std::vector<fhir::Reference> const& references) {
    for (fhir::Reference const& reference : references) {
      if (added_ >= kMostReferences) return;
      bool const absolute = reference.literal.find("://") != std::string_view::npos;
      if (absolute && !reference.literal.starts_with(fhir_server_)) continue;
      std::string path = std::string(reference.type) + "/" + fhir::percent_encoded(reference.id);
      std::size_t const before = queries_.size();
      add(std::string(path), path);
      added_ += queries_.size() - before;
    }
  }

  [[nodiscard]] bool has(std::string_view key) const {
    return std::any_of(queries_.begin(), queries_.end(), [&](auto const& query) { return query.key == key; });
  }
  std::vector<fhir::Query> take() { return std::move(queries_); }

 private:
  std::set<std::string> const& asked_;
  std::string_view fhir_server_;
  std::vector<fhir::Query> queries_;
  std::size_t added_ = 0;
};

void add_templates(OrderCase const& order_case, fhir::Version version, Plan& plan) {
  using Kind = fhir::PrefetchState::Kind;
  for (PrefetchTemplate const& prefetch : kPrefetch) {
    auto const state = fhir::prefetch_state(order_case.request.prefetch, prefetch.key, type_of(prefetch));
    if (state.kind == Kind::absent) {
      plan.add(prefetch.key, query_of(prefetch, order_case.request.patient_id, version));
    } else if (state.kind == Kind::paged) {
      plan.add(state.key, state.next);
    }
  }
}

/// Medications that the history refers to without saying what they are.
std::vector<fhir::Reference> medications_of_history(OrderCase const& order_case) {
  std::vector<fhir::Reference> found;
  auto const look = [&](Json const& resource) { fhir::add_missing_medications(resource, order_case.index, found); };
  Json const* prefetch = order_case.request.prefetch;
  if (prefetch != nullptr && prefetch->IsObject()) {
    for (auto const& value : prefetch->GetObject()) fhir::each_resource(value.value, look);
  }
  for (fhir::FetchedAnswer const& answer : order_case.fetched) {
    for (auto const& page : answer.pages) fhir::each_resource(page->root(), look);
  }
  return found;
}

}  // namespace

std::vector<fhir::Query> plan_queries(advice::Knowledge const& knowledge, OrderCase const& order_case,
                                      fhir::Version version, std::set<std::string> const& asked, base::Day today) {
  Plan plan(asked, order_case.request.fhir_server);
  Interest const interest = order_case.interest(knowledge, today);
  if (interest == Interest::none) return {};
  std::vector<fhir::Reference> medications;
  for (fhir::Order const& order : order_case.orders) {
    fhir::add_missing_medications(*order.resource, order_case.index, medications);
  }
  plan.add_references(medications);
  if (interest == Interest::unresolved) return plan.take();

  add_templates(order_case, version, plan);
  if (!plan.has("conditions")) {  // they may be among those
    std::vector<fhir::Reference> reasons;
    for (fhir::Order const& order : order_case.orders) {
      fhir::add_missing_reasons(*order.resource, order_case.index, reasons);
    }
    plan.add_references(reasons);
  }
  plan.add_references(medications_of_history(order_case));
  return plan.take();
}

boost::asio::awaitable<void> gather_data(fhir::RestClient& client, FetchSettings const& settings,
                                         advice::Knowledge const& knowledge, OrderCase& order_case, base::Day today,
                                         fhir::Headers headers) {
  HookRequest const& request = order_case.request;
  if (!request.has_authorization || !settings.policy.permit(request.fhir_server)) co_return;
  fhir::Version const version = order_case.version(settings.version);
  fhir::FhirAccess access;
  access.base = request.fhir_server;
  access.token = request.authorization.access_token;
  access.accept = fhir::media_type(version);
  auto const life = std::chrono::seconds(std::min(request.authorization.expires_in, 86400L));
  access.by = std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(settings.time, life);
  access.limits = {settings.answer_bytes, settings.json_depth};
  access.pages = settings.pages;
  access.headers = std::move(headers);

  std::set<std::string> asked;
  for (int round = 0; round < kRounds && std::chrono::steady_clock::now() < access.by; ++round) {
    std::vector<fhir::Query> queries = plan_queries(knowledge, order_case, version, asked, today);
    if (queries.empty()) co_return;
    for (fhir::Query const& query : queries) asked.insert(query.key);
    auto answers = co_await fhir::fetch_all(client, settings.policy, access, std::move(queries));
    order_case.fetched.insert(order_case.fetched.end(), std::make_move_iterator(answers.begin()),
                              std::make_move_iterator(answers.end()));
    order_case.read_chart();
  }
}

}  // namespace ivig::hooks
