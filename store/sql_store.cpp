#include "store/sql_store.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "store/ask_queue.h"
#include "store/connection.h"
#include "store/fallback.h"
#include "store/group_commit.h"
#include "store/pieces.h"
#include "store/recent_tokens.h"
#include "store/spool_news.h"
#include "store/sql_session.h"

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
        fallback_(std::move(spool), settings_.memory_bytes, [this](std::size_t records) { lost_at_end(records); }),
        connection_(std::move(connection)),
        up_(connection_ != nullptr),
        commit_({settings_.wait}, {[this](auto const& writes) { return commit(writes); },
                                   [this](auto const& writes) { fall_back(writes); },
                                   [this](auto const& writes) { answer_committed(writes); }, [this] { interrupt(); }}),
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
    if (decisions.size() <= kPieceDecisions) return submit(DecisionWrite{std::move(decisions), std::move(done)});
    for (auto& write : in_pieces(std::move(decisions), std::move(done))) commit_.submit(std::move(write));
  }

  void keep_feedback(std::vector<FeedbackRecord> entries, std::function<void(Result<std::size_t>)> done) override {
    submit(FeedbackWrite{std::move(entries), std::move(done)});
  }

  void keep_review(std::vector<ReviewRecord> records, std::function<void(Result<void>)> done) override {
    std::vector<std::string> ids;
    ids.reserve(records.size());
    for (auto const& record : records) ids.push_back(review_ids_.next(time_of(record)));
    submit(ReviewWrite{std::move(records), std::move(ids), std::move(done)});
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
    auto const turn = take_turn();
    auto const start = Write::Clock::now();
    auto written = connection_->write(writes);
    if (written) {
      note_commit(writes, Write::Clock::now() - start);
      return {};
    }
    // One record that the database will not take must not take the others with it.
    if (written.error().code != Errc::invalid_value) return lost(written.error());
    if (writes.size() > 1) return one_by_one(writes);
    note_failure();
    return written;
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

  Result<void> one_by_one(std::vector<WritePtr> const& writes) {
    Result<void> result;
    for (auto const& write : writes) {
      std::vector<WritePtr> const single{write};
      if (auto written = connection_->write(single); written) {
        write->stored = true;
        note_commit(single, {});
        answer_committed(single);
      } else if (written.error().code != Errc::invalid_value) {
        return lost(written.error());
      } else {
        result = written;
      }
    }
    if (!result) note_failure();
    return result;
  }

  /// One of the two threads that write, where the database takes one writer at a time: SQLite lets the other one sleep
  /// and try again, and it may find the door shut for seconds.
  std::unique_lock<std::mutex> take_turn() {
    return settings_.target.kind == SqlTarget::Kind::sqlite ? std::unique_lock(turn_) : std::unique_lock<std::mutex>();
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

  void answer_committed(std::vector<WritePtr> const& writes) {
    fallback_.let_go(writes);
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
    news_.after_keeping(before, after);
    wake_.notify_all();  // something to bring back
  }

  void lost_at_end(std::size_t records) {
    std::string const detail = std::to_string(records) + " records were in memory only, and the process ends";
    settings_.on_event(true, "store_lost", detail);
  }

  void interrupt() {
    std::lock_guard lock(connection_mutex_);
    if (connection_) connection_->session->interrupt();
  }

  // The keeper's thread -----------------------------------------------------------------------------------------------
  void set_down(std::string const& reason) {
    {
      std::lock_guard lock(mutex_);
      reason_ = reason;
      if (!std::exchange(up_, false)) return;
      stale_ = true;
      commit_.set_open(false);  // under the lock, so that it says what up_ says
    }
    settings_.on_event(true, "store_down", reason);
    wake_.notify_all();
  }

  void set_up() {
    {
      std::lock_guard lock(mutex_);
      up_ = true;
      commit_.set_open(true);
    }
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
        set_up();
      }
      if (!pause(fallback_.has_records() ? settings_.retry : kPause)) return;
      if (!fallback_.has_records()) retry = settings_.retry;  // a full disk may take a probe, and no record after it
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
        auto const turn = take_turn();
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
    Write::Clock::duration last{};
    std::size_t taken = 0;
    try {
      taken = fallback_.drain([&](std::vector<std::string> const& lines) {
        // New records come first: callers wait for them, and for these nobody does.
        if (!pause(std::min(kPause, std::chrono::ceil<milliseconds>(last)))) return false;
        auto const start = Write::Clock::now();
        bool const written = replay(connection, lines);
        last = Write::Clock::now() - start;
        return written;
      });
    } catch (std::exception const& error) {  // no memory, for one: what is not taken stays
      settings_.on_event(true, "store_replay_failed", error.what());
    }
    news_.after_draining(fallback_.counts());
    if (taken == 0) return;
    settings_.on_event(false, "store_replayed", std::to_string(taken) + " records");
  }

  Result<void> replay_in_turn(Connection& connection, std::vector<std::string> const& lines) {
    auto const turn = take_turn();
    return connection.replay(lines);
  }

  bool replay(Connection& connection, std::vector<std::string> const& lines) {
    auto written = replay_in_turn(connection, lines);
    if (written) {
      note_replayed(lines.size());
      return true;
    }
    if (written.error().code == Errc::invalid_value) return replay_one_by_one(connection, lines);
    set_down(written.error().detail);
    return false;
  }

  bool replay_one_by_one(Connection& connection, std::vector<std::string> const& lines) {
    std::vector<std::string> refused;
    for (auto const& line : lines) {
      auto const written = replay_in_turn(connection, {line});
      if (written) continue;
      if (written.error().code != Errc::invalid_value) {
        set_down(written.error().detail);
        return false;
      }
      refused.push_back(line);
    }
    if (!refused.empty() && !fallback_.set_aside(refused)) return false;  // the spool is the only place that has them
    note_replayed(lines.size() - refused.size());
    if (refused.empty()) return true;
    settings_.on_event(true, "store_refused", "records that the database will not take are in refused.ndjson");
    return true;
  }

  void note_replayed(std::size_t count) {
    if (count == 0) return;
    {
      std::lock_guard lock(mutex_);
      counts_.replayed += count;
    }
    // A database that takes these takes new ones, whatever a connection of old said meanwhile: what is left of the
    // spool, which may take minutes, must not keep it closed.
    if (!is_up()) set_up();
  }

  /// In small steps with pauses, so that records never wait long for their turn.
  void expire(Connection& connection) {
    {
      auto const turn = take_turn();
      static_cast<void>(
          connection.session->transaction([&](soci::session&) { connection.writer->expire_tokens(now_seconds()); }));
    }
    if (settings_.keep.count() == 0) return;
    Time const before = std::chrono::floor<milliseconds>(std::chrono::system_clock::now()) - settings_.keep;
    constexpr unsigned kStep = 200;
    std::size_t removed = kStep;
    while (removed == kStep && pause(milliseconds(20))) {
      removed = 0;
      auto const turn = take_turn();
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
  SpoolNews news_{settings_.on_event};
  RecentTokens tokens_;
  base::UuidSequence review_ids_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::mutex turn_;  ///< to write to SQLite
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
    if (folder->path().empty())
      return fail(
          Errc::io, "store",
          "sqlite::memory: needs a folder, and neither /dev/shm nor the folder of temporary files can be written");
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
