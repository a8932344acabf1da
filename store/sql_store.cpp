#include "store/sql_store.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "store/ask_queue.h"
#include "store/connection.h"
#include "store/fallback.h"
#include "store/group_commit.h"
#include "store/recent_tokens.h"
#include "store/record_json.h"
#include "store/review_writer.h"
#include "store/sql_session.h"
#include "store/sql_writer.h"

namespace ivig::store {
namespace {

using base::Errc;
using base::fail;
using base::Result;
using std::chrono::milliseconds;

class SqlStore final : public Store {
 public:
  SqlStore(SqlStoreSettings settings, Spool spool, std::unique_ptr<Connection> connection,
           std::optional<MemoryFolder> folder)
      : folder_(std::move(folder)),
        settings_(std::move(settings)),
        node_(base::random_hex(8)),
        fallback_(std::move(spool)),
        connection_(std::move(connection)),
        up_(connection_ != nullptr),
        commit_({settings_.wait}, {[this](auto const& writes) { return commit(writes); },
                                   [this](auto const& writes) { fall_back(writes); },
                                   [](auto const& writes) { answer_committed(writes); }, [this] { interrupt(); }}),
        questions_(settings_.target),
        keeper_([this] { keep_loop(); }) {
    if (!up_) commit_.set_open(false);
  }

  ~SqlStore() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    keeper_.join();
  }

  [[nodiscard]] bool keeps() const override { return true; }

  void record(std::vector<DecisionRecord> decisions, std::function<void(Kept)> done) override {
    submit(DecisionWrite{std::move(decisions), std::move(done)});
  }

  void keep_feedback(std::vector<FeedbackRecord> entries, std::function<void(Result<std::size_t>)> done) override {
    submit(FeedbackWrite{std::move(entries), std::move(done)});
  }

  void keep_review(std::vector<ReviewRecord> records, std::function<void(Result<void>)> done) override {
    submit(ReviewWrite{std::move(records), std::move(done)});
  }

  void first_use(TokenUse token, std::function<void(bool)> done) override {
    // What this node knows needs no question.
    if (!tokens_.first_use(token, now_seconds())) return done(false);
    submit(TokenWrite{std::move(token), std::move(done)});
  }

  void ask(std::function<void(Result<Reader*>)> question) override { questions_.ask(std::move(question)); }

  [[nodiscard]] StoreStatus status() const override {
    StoreStatus status;
    {
      std::lock_guard lock(mutex_);
      status = counts_;
      status.writable = up_;
      status.reason = up_ ? "" : reason_;
    }
    auto const fallback = fallback_.counts();
    status.spooled = fallback.spooled;
    status.unsaved = fallback.unsaved;
    status.lost = fallback.lost;
    status.refused = fallback.refused;
    status.spool_bytes = fallback.spool_bytes;
    status.memory_records = fallback.memory_records;
    status.spool_writable = fallback.spool_writable;
    status.queue = commit_.queued();
    return status;
  }

 private:
  template <class What>
  void submit(What what) {
    auto write = std::make_shared<Write>();
    write->what = std::move(what);
    commit_.submit(std::move(write));
  }

  // Group commit's thread ---------------------------------------------------------------------------------------------

  Result<void> commit(std::vector<WritePtr> const& writes) {
    auto connected = connect();
    if (!connected) return lost(connected.error());
    auto const start = Write::Clock::now();
    auto written = write_all(writes);
    if (written) {
      note_commit(writes, Write::Clock::now() - start);
      return {};
    }
    // One record that the database will not take must not take the others with it.
    if (writes.size() > 1 && connection_->probe(node_)) return one_by_one(writes);
    if (writes.size() == 1 && connection_->probe(node_)) {
      note_failure();
      return written;
    }
    return lost(written.error());
  }

  Result<void> connect() {
    if (stale_.exchange(false)) {
      std::lock_guard lock(connection_mutex_);
      connection_.reset();
    }
    if (connection_) return {};
    auto opened = Connection::open(settings_.target);
    if (!opened) return tl::unexpected(opened.error());
    std::lock_guard lock(connection_mutex_);
    connection_ = std::move(*opened);
    return {};
  }

  Result<void> write_all(std::vector<WritePtr> const& writes) {
    auto& writer = *connection_->writer;
    return connection_->session->transaction([&](soci::session& sql) {
      // In one order on every node: two that insert the same tokens must not wait for one another.
      std::vector<TokenWrite*> tokens;
      bool feedback = false;
      for (auto const& write : writes) {
        if (auto* token = std::get_if<TokenWrite>(&write->what)) tokens.push_back(token);
        feedback = feedback || std::holds_alternative<FeedbackWrite>(write->what);
      }
      std::sort(tokens.begin(), tokens.end(), [](auto const* a, auto const* b) {
        return std::tie(a->token.issuer, a->token.jti) < std::tie(b->token.issuer, b->token.jti);
      });
      for (auto* token : tokens) token->first = writer.insert(token->token);
      for (auto const& write : writes) {
        if (auto const* decisions = std::get_if<DecisionWrite>(&write->what)) {
          for (auto const& decision : decisions->decisions) writer.insert(decision);
        } else if (auto const* review = std::get_if<ReviewWrite>(&write->what)) {
          for (auto const& record : review->records) write_review(sql, record);
        }
      }
      if (feedback) writer.serialise();
      for (auto const& write : writes) {
        if (auto* entries = std::get_if<FeedbackWrite>(&write->what)) {
          entries->fresh = 0;
          for (auto const& entry : entries->entries) entries->fresh += writer.insert(entry) ? 1U : 0U;
        }
      }
    });
  }

  Result<void> one_by_one(std::vector<WritePtr> const& writes) {
    Result<void> result;
    for (auto const& write : writes) {
      std::vector<WritePtr> const single{write};
      if (auto written = write_all(single); written) {
        note_commit(single, {});
        answer_committed(single);
      } else {
        result = written;
      }
    }
    if (!result) note_failure();
    return result;
  }

  Result<void> lost(base::Error const& error) {
    {
      std::lock_guard lock(connection_mutex_);
      connection_.reset();
    }
    note_failure();
    set_down(error.detail);
    return tl::unexpected(error);
  }

  static void answer_committed(std::vector<WritePtr> const& writes) {
    for (auto const& write : writes) {
      if (!write->claim()) continue;
      if (auto* decisions = std::get_if<DecisionWrite>(&write->what)) decisions->done(Kept::committed);
      else if (auto* feedback = std::get_if<FeedbackWrite>(&write->what)) feedback->done(feedback->fresh);
      else if (auto* review = std::get_if<ReviewWrite>(&write->what)) review->done({});
      else if (auto* token = std::get_if<TokenWrite>(&write->what)) token->done(token->first);
    }
  }

  void note_commit(std::vector<WritePtr> const& writes, std::chrono::nanoseconds time) {
    std::size_t decisions = 0, feedback = 0;
    for (auto const& write : writes) {
      if (auto const* some = std::get_if<DecisionWrite>(&write->what)) decisions += some->decisions.size();
      if (auto const* some = std::get_if<FeedbackWrite>(&write->what)) feedback += some->fresh;
    }
    settings_.on_commit(time, decisions);
    std::lock_guard lock(mutex_);
    counts_.committed += decisions;
    counts_.feedback += feedback;
    ++counts_.commits;
  }

  void note_failure() {
    std::lock_guard lock(mutex_);
    ++counts_.failures;
  }

  // The watcher's thread ----------------------------------------------------------------------------------------------

  void fall_back(std::vector<WritePtr> const& writes) {
    auto const before = fallback_.counts();
    fallback_.keep(writes);
    auto const after = fallback_.counts();
    if (before.spool_writable && !after.spool_writable) {
      settings_.on_event(true, "store_unsaved", "database and spool both refuse; records are in memory only");
    }
    wake_.notify_all();  // something to bring back
  }

  void interrupt() {
    std::lock_guard lock(connection_mutex_);
    if (connection_) connection_->session->interrupt();
  }

  // The keeper's thread -----------------------------------------------------------------------------------------------

  void set_down(std::string const& reason) {
    bool news = false;
    {
      std::lock_guard lock(mutex_);
      news = up_;
      up_ = false;
      reason_ = reason;
    }
    if (!news) return;
    stale_ = true;
    commit_.set_open(false);
    settings_.on_event(true, "store_down", reason);
    wake_.notify_all();
  }

  void set_up() {
    {
      std::lock_guard lock(mutex_);
      up_ = true;
    }
    commit_.set_open(true);
    settings_.on_event(false, "store_up", "the database takes records");
  }

  bool is_up() {
    std::lock_guard lock(mutex_);
    return up_;
  }

  /// Waits until something may be due. False: the store stops.
  bool pause(milliseconds time) {
    std::unique_lock lock(mutex_);
    bool const was_up = up_;
    wake_.wait_for(lock, time, [&] { return stopping_ || up_ != was_up; });
    return !stopping_;
  }

  void keep_loop() {
    std::unique_ptr<Connection> connection;
    milliseconds retry = settings_.retry;
    auto next_expiry = Write::Clock::now();
    auto next_probe = Write::Clock::now() + kProbeEvery;
    while (true) {
      if (!is_up()) {
        connection.reset();
        if (!pause(retry)) return;
        retry = std::min(retry * 2, settings_.retry * 20);
        auto opened = Connection::open(settings_.target);
        if (!opened || !(*opened)->probe(node_)) continue;
        connection = std::move(*opened);
        retry = settings_.retry;
        set_up();
      }
      if (!pause(fallback_.has_records() ? settings_.retry : kPause)) return;
      auto const now = Write::Clock::now();
      bool const due = now >= next_probe;
      if (!due && now < next_expiry && !fallback_.has_records()) continue;
      if (!connection) {
        auto opened = Connection::open(settings_.target);
        if (!opened) {
          set_down(opened.error().detail);
          continue;
        }
        connection = std::move(*opened);
      }
      if (due) {
        next_probe = now + kProbeEvery;
        if (auto alive = connection->probe(node_); !alive) {
          set_down(alive.error().detail);
          continue;
        }
      }
      if (fallback_.has_records()) bring_back(*connection);
      if (now >= next_expiry) {
        next_expiry = now + settings_.sweep;
        expire(*connection);
      }
    }
  }

  void bring_back(Connection& connection) {
    std::size_t const taken =
        fallback_.drain([&](std::vector<std::string> const& lines) { return replay(connection, lines); });
    if (taken == 0) return;
    {
      std::lock_guard lock(mutex_);
      counts_.replayed += taken;
    }
    settings_.on_event(false, "store_replayed", std::to_string(taken) + " records");
  }

  bool replay(Connection& connection, std::vector<std::string> const& lines) {
    auto written = replay_lines(connection, lines);
    if (written) {
      // A database that takes these takes new ones, whatever a connection of old said meanwhile: what is left of the
      // spool, which may take minutes, must not keep it closed.
      if (!is_up()) set_up();
      return true;
    }
    if (!connection.probe(node_)) {
      set_down(written.error().detail);
      return false;
    }
    std::vector<std::string> refused;
    for (auto const& line : lines) {
      if (!replay_lines(connection, {line})) refused.push_back(line);
    }
    if (!refused.empty()) {
      fallback_.set_aside(refused);
      settings_.on_event(true, "store_refused", "records that the database will not take are in refused.ndjson");
    }
    return true;
  }

  static Result<void> replay_lines(Connection& connection, std::vector<std::string> const& lines) {
    std::vector<SpooledRecord> records;
    for (auto const& line : lines) {
      auto record = parse_record_line(line);
      if (!record) return tl::unexpected(record.error());
      records.push_back(std::move(*record));
    }
    return connection.session->transaction([&](soci::session&) {
      connection.writer->serialise();
      for (auto const& record : records) {
        if (auto const* decision = std::get_if<DecisionRecord>(&record)) {
          connection.writer->insert(*decision);
          connection.writer->adopt_feedback(*decision);
        } else {
          static_cast<void>(connection.writer->insert(std::get<FeedbackRecord>(record)));
        }
      }
    });
  }

  /// In small steps with pauses, so that records never wait long for their turn.
  void expire(Connection& connection) {
    static_cast<void>(
        connection.session->transaction([&](soci::session&) { connection.writer->expire_tokens(now_seconds()); }));
    if (settings_.keep.count() == 0) return;
    Time const before = std::chrono::floor<milliseconds>(std::chrono::system_clock::now()) - settings_.keep;
    constexpr unsigned kStep = 200;
    std::size_t removed = kStep;
    while (removed == kStep && pause(milliseconds(20))) {
      removed = 0;
      auto done = connection.session->transaction(
          [&](soci::session&) { removed = connection.writer->expire_decisions(before, kStep); });
      if (!done) return;
      std::lock_guard lock(mutex_);
      counts_.expired += removed;
    }
  }

  static constexpr milliseconds kPause{500};
  static constexpr std::chrono::seconds kProbeEvery{5};

  std::optional<MemoryFolder> folder_;  // first: the last to go
  SqlStoreSettings settings_;
  std::string node_;
  Fallback fallback_;
  RecentTokens tokens_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::mutex connection_mutex_;
  std::unique_ptr<Connection> connection_;  ///< of the group commit's thread; replaced and interrupted under the mutex
  std::atomic<bool> stale_{false};          ///< the connection is of the time before the database was away
  bool up_;
  bool stopping_ = false;
  std::string reason_ = "the database cannot be reached";
  StoreStatus counts_;

  GroupCommit commit_;
  AskQueue questions_;
  std::thread keeper_;  // last: uses everything above
};

}  // namespace

Result<std::unique_ptr<Store>> open_sql_store(SqlStoreSettings settings) {
  std::optional<MemoryFolder> folder;
  if (settings.target.kind == SqlTarget::Kind::sqlite && settings.target.where == ":memory:") {
    folder.emplace();
    if (folder->path().empty()) return fail(Errc::io, "store", "no folder in memory can be made");
    settings.target.where = (folder->path() / "ivig-cds.db").string();
    settings.spool = folder->path() / "spool";
  }
  auto connection = Connection::open(settings.target);
  if (!connection) {
    bool const may_come =
        settings.target.kind == SqlTarget::Kind::postgresql && connection.error().code == Errc::unavailable;
    if (!may_come) {
      if (settings.target.kind == SqlTarget::Kind::sqlite && connection.error().code == Errc::unavailable) {
        return fail(Errc::unavailable, settings.target.where, connection.error().detail);
      }
      return tl::unexpected(connection.error());
    }
    settings.on_event(true, "store_down", connection.error().detail);
  }
  auto spool = Spool::open(settings.spool, settings.spool_bytes, settings.spool_reserve);
  if (!spool) return tl::unexpected(spool.error());
  return std::unique_ptr<Store>(std::make_unique<SqlStore>(
      std::move(settings), std::move(*spool), connection ? std::move(*connection) : nullptr, std::move(folder)));
}

}  // namespace ivig::store
