#pragma once
// `store: none`: a node without memory. Tokens are remembered as long as the process lives.

#include "store/recent_tokens.h"
#include "store/store.h"

namespace ivig::store {

class NoneStore final : public Store {
 public:
  [[nodiscard]] bool keeps() const override { return false; }
  void record(std::vector<DecisionRecord> /*decisions*/, std::function<void(Kept)> done) override {
    done(Kept::not_wanted);
  }
  void keep_feedback(std::vector<FeedbackRecord> /*entries*/,
                     std::function<void(base::Result<std::size_t>)> done) override {
    done(no_store());
  }
  void keep_review(std::vector<ReviewRecord> /*records*/, std::function<void(base::Result<void>)> done) override {
    done(no_store());
  }
  void first_use(TokenUse token, std::function<void(bool)> done) override {
    done(tokens_.first_use(token, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
  }
  void ask(std::function<void(base::Result<Reader*>)> question) override { question(no_store()); }
  [[nodiscard]] StoreStatus status() const override { return {}; }

 private:
  static tl::unexpected<base::Error> no_store() {
    return base::fail(base::Errc::not_found, "store", "this node keeps nothing (store: none)");
  }
  RecentTokens tokens_;
};

}  // namespace ivig::store
