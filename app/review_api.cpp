#include "app/review_api.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "app/decision_filters.h"
#include "base/await_callback.h"
#include "fhir/operation_outcome.h"
#include "hooks/stored_decision.h"
#include "server/http_status.h"
#include "server/query.h"
#include "web/form.h"

namespace ivig::app {
namespace {

using base::Errc;
using base::Result;
using boost::asio::awaitable;
using server::Response;
using store::Reader;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kFhirJson = "application/fhir+json";
constexpr std::string_view kCsv = "text/csv; charset=utf-8";
constexpr std::string_view kNdjson = "application/x-ndjson";
constexpr std::string_view kDecisions = "/review/api/decisions";
constexpr std::string_view kRates = "/review/api/override-rates";

/// What is answered, and how it is written.
struct Document {
  std::string text, next;  ///< next: the page after, where the form has no place for it
  std::string_view type = kJson;
};
using Body = Result<Document>;
using Question = std::function<Body(Reader&)>;

/// Runs the question on the store's own thread, answer included: making a page of JSON is no work for a connection.
awaitable<Body> ask(store::Store& store, Question question) {
  auto begin = [&store, &question](std::function<void(Body)> done) {
    store.ask([question = std::move(question), done = std::move(done)](Result<Reader*> reader) {
      if (reader) done(question(**reader));
      else done(tl::unexpected(reader.error()));
    });
  };
  co_return co_await base::await_callback<Body>(std::move(begin));
}

Body decisions_page(Reader& reader, store::DecisionQuery const& query) {
  auto page = reader.list(query);
  if (!page) return tl::unexpected(page.error());
  std::string out = "{\"decisions\":[";
  for (auto const& decision : page->decisions) {
    if (out.back() != '[') out += ',';
    out += hooks::stored_decision_json(decision);
  }
  out += "],\"next\":";
  out += page->next.empty() ? "null" : "\"" + page->next + "\"";
  return Document{out + "}", "", kJson};
}

/// A page as a file: what a spreadsheet or another program takes.
Body decisions_file(Reader& reader, store::DecisionQuery const& query, bool csv) {
  auto page = reader.list(query);
  if (!page) return tl::unexpected(page.error());
  Document file{std::string(csv ? hooks::csv_heading() : ""), page->next, csv ? kCsv : kNdjson};
  for (auto const& decision : page->decisions) {
    file.text += csv ? hooks::stored_decision_csv(decision) : hooks::stored_decision_json(decision) + "\n";
  }
  return file;
}

/// Which decision, and which page of the clinicians' answers to it.
struct DecisionAsked {
  std::string id;
  unsigned feedback_page = 1;
  bool fhir = false;
};

Body one_decision(Reader& reader, DecisionAsked const& asked, std::string const& public_url) {
  auto decision = reader.show(asked.id, asked.feedback_page);
  if (!decision) return tl::unexpected(decision.error());
  if (asked.fhir) return Document{hooks::guidance_bundle(*decision, public_url), "", kFhirJson};
  auto review = reader.review_of(asked.id);
  if (!review) return tl::unexpected(review.error());
  return Document{hooks::reviewed_decision_json(*decision, *review), "", kJson};
}

/// The way to the page after: the query with another `after`.
std::string next_link(std::string const& query, std::string const& next) {
  std::string kept;
  auto const pairs = server::parse_query(query);
  for (auto const& [name, value] : *pairs) {
    if (name != "after") kept += web::url_escaped(name) + "=" + web::url_escaped(value) + "&";
  }
  return "<" + std::string(kDecisions) + "?" + kept + "after=" + next + ">; rel=\"next\"";
}

}  // namespace

Response review_api_error(base::Error const& error) {
  Response response;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.status = server::http_status(error.code);
  response.content_type = kJson;
  response.body = fhir::operation_outcome(error);
  if (response.status == 429 || response.status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
}

namespace {

Response respond(Body const& body, std::string const& query) {
  if (!body) return review_api_error(body.error());
  Response response;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.content_type = body->type;
  response.body = body->text;
  if (body->type == kCsv || body->type == kNdjson) {
    std::string const name = body->type == kCsv ? "decisions.csv" : "decisions.ndjson";
    response.headers.emplace_back("Content-Disposition", "attachment; filename=" + name);
    if (!body->next.empty()) response.headers.emplace_back("Link", next_link(query, body->next));
  }
  return response;
}

std::vector<std::string_view> formats_of(std::string_view path) {
  if (path == kDecisions) return {"json", "csv", "ndjson"};
  if (path == kRates) return {"json"};
  return {"json", "fhir"};
}

/// What is asked for, or why not.
Result<Question> question_of(DecisionLog const& decisions, std::string const& path, std::string const& query_text,
                             std::string public_url) {
  auto pairs = server::parse_query(query_text);
  if (!pairs) return base::fail(Errc::invalid_value, "query", "is not percent-encoded as it should be");
  store::DecisionQuery query;
  std::vector<std::string_view> const formats = formats_of(path);
  std::string format = "json";
  unsigned feedback_page = 1;
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  for (auto const& [name, value] : *pairs) {
    if (name == "format") {
      if (std::find(formats.begin(), formats.end(), value) == formats.end())
        return base::fail(Errc::invalid_value, "format", "is none of this path; see docs/operating.md");
      format = value;
    } else if (name == "feedback-page" && formats.back() == "fhir") {
      auto const page = feedback_page_of(value);
      if (!page)
        return base::fail(Errc::invalid_value, name, "must be 1 to " + std::to_string(store::kMostFeedbackPages));
      feedback_page = *page;
    } else if (name == "documents") {
      query.documents = value != "false";
    } else if (auto set = set_filter(query, name, value, decisions.references(), now); !set) {
      // An unknown name is a mistake of the caller, not a missing page.
      return base::fail(Errc::invalid_value, set.error().where, set.error().detail);
    }
  }
  if (path == kDecisions && format != "json") {
    if (format == "csv") query.documents = false;
    return Question([query = std::move(query), csv = format == "csv"](Reader& reader) {
      return decisions_file(reader, query, csv);
    });
  }
  if (path == kDecisions) {
    return Question([query = std::move(query)](Reader& reader) { return decisions_page(reader, query); });
  }
  if (path == kRates) {
    return Question([query = std::move(query)](Reader& reader) -> Body {
      auto rates = reader.override_rates(query.from, query.until);
      if (!rates) return tl::unexpected(rates.error());
      return Document{hooks::override_rates_json(*rates), "", kJson};
    });
  }
  if (!path.starts_with(std::string(kDecisions) + "/")) return base::fail(Errc::not_found, "", "no such path");
  return Question([asked = DecisionAsked{path.substr(kDecisions.size() + 1), feedback_page, format == "fhir"},
                   url = std::move(public_url)](Reader& reader) { return one_decision(reader, asked, url); });
}

}  // namespace

bool is_review_api(std::string_view path) { return path.starts_with("/review/api/"); }

awaitable<Response> answer_review(DecisionLog const& decisions, std::string path, std::string query,
                                  std::string public_url) {
  auto question = question_of(decisions, path, query, std::move(public_url));
  if (!question) {
    Body const refused = tl::unexpected(question.error());
    co_return respond(refused, query);
  }
  Question asked = *std::move(question);
  Body body = co_await ask(decisions.store(), std::move(asked));
  co_return respond(body, query);
}

}  // namespace ivig::app
