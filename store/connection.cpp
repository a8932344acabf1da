#include "store/connection.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "store/migrations.h"
#include "store/record_json.h"
#include "store/review_writer.h"

namespace ivig::store {
namespace {

/// Client and uuid of cards whose newest feedback may be another now: each is looked at once, however many entries
/// came.
using AnsweredCards = std::set<std::pair<std::string, std::string>>;

}  // namespace

base::Result<std::unique_ptr<Connection>> Connection::open(SqlTarget const& target) {
  auto session = SqlSession::open(target, SqlSession::Use::write);
  if (!session) return tl::unexpected(session.error());
  if (auto migrated = migrate(**session); !migrated) return tl::unexpected(migrated.error());
  auto connection = std::make_unique<Connection>();
  connection->session = std::move(*session);
  auto prepared = connection->session->run(
      [&](soci::session&) { connection->writer = std::make_unique<SqlWriter>(*connection->session); });
  if (!prepared) return tl::unexpected(prepared.error());
  return connection;
}

base::Result<void> Connection::probe(std::string const& node) {
  return session->transaction([&](soci::session&) { writer->probe(node, now_seconds().time_since_epoch().count()); });
}

base::Result<void> Connection::write(std::vector<WritePtr> const& writes) {
  return session->transaction([&](soci::session& sql) {
    // In one order on every node: two that insert the same tokens must not wait for one another.
    std::vector<TokenWrite*> tokens;
    bool updates = false;
    for (auto const& write : writes) {
      if (auto* token = std::get_if<TokenWrite>(&write->what)) tokens.push_back(token);
      updates = updates || std::holds_alternative<FeedbackWrite>(write->what) ||
                std::holds_alternative<ReviewWrite>(write->what);
    }
    // First of all, as replay() has it: two that wait for each other's rows and for this would wait for good.
    if (updates) writer->serialise();
    std::sort(tokens.begin(), tokens.end(), [](auto const* a, auto const* b) {
      return std::tie(a->token.issuer, a->token.jti) < std::tie(b->token.issuer, b->token.jti);
    });
    AnsweredCards answered;
    for (auto* token : tokens) token->first = writer->insert(token->token);
    for (auto const& write : writes) {
      if (auto const* decisions = std::get_if<DecisionWrite>(&write->what)) {
        for (auto const& decision : decisions->decisions) writer->insert(decision);
      } else if (auto const* review = std::get_if<ReviewWrite>(&write->what)) {
        for (std::size_t i = 0; i < review->records.size(); ++i) write_review(sql, review->records[i], review->ids[i]);
      }
    }
    for (auto const& write : writes) {
      if (auto* entries = std::get_if<FeedbackWrite>(&write->what)) {
        entries->fresh = 0;
        for (auto const& entry : entries->entries) {
          if (!writer->insert(entry)) continue;
          ++entries->fresh;
          answered.emplace(entry.client, entry.card);
        }
      }
    }
    for (auto const& [client, card] : answered) writer->update_outcome(client, card);
  });
}

base::Result<void> Connection::replay(std::vector<std::string> const& lines) {
  std::vector<SpooledRecord> records;
  for (auto const& line : lines) {
    auto record = parse_record_line(line);
    if (!record) return base::fail(base::Errc::invalid_value, "store_spool", record.error().detail);
    records.push_back(std::move(*record));
  }
  return session->transaction([&](soci::session&) {
    writer->serialise();
    AnsweredCards answered;
    for (auto const& record : records) {
      if (auto const* decision = std::get_if<DecisionRecord>(&record)) {
        writer->insert(*decision);
        writer->adopt_feedback(*decision);
      } else {
        auto const& entry = std::get<FeedbackRecord>(record);
        if (writer->insert(entry)) answered.emplace(entry.client, entry.card);
      }
    }
    for (auto const& [client, card] : answered) writer->update_outcome(client, card);
  });
}

std::vector<std::filesystem::path> MemoryFolder::default_parents() {
  std::vector<std::filesystem::path> parents{"/dev/shm"};
  std::error_code error;
  if (auto temporary = std::filesystem::temp_directory_path(error); !error) parents.push_back(std::move(temporary));
  return parents;
}

MemoryFolder::MemoryFolder(std::vector<std::filesystem::path> const& parents) {
  for (auto const& parent : parents) {
    std::string name = (parent / "ivig-cds-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) continue;
    path_ = name;
    return;
  }
}

}  // namespace ivig::store
