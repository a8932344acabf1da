#pragma once
// The decisions of a large call, in pieces: others commit between them.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "store/write.h"

namespace ivig::store {

/// Decisions that one transaction takes of a call; a call with more is kept in several.
constexpr std::size_t kPieceDecisions = 16;

/// Who waits for all pieces, and the worst that became of one.
struct Whole {
  std::function<void(Kept)> done;
  std::atomic<std::size_t> left;
  std::atomic<Kept> worst{Kept::committed};

  void piece_done(Kept kept) {
    Kept seen = worst;
    while (seen < kept && !worst.compare_exchange_weak(seen, kept)) continue;
    if (--left == 0) done(worst);
  }
};

/// One write for each piece; `done` is called once, after the last.
[[nodiscard]] inline std::vector<WritePtr> in_pieces(std::vector<DecisionRecord>&& decisions,
                                                     std::function<void(Kept)> done) {
  std::vector<WritePtr> writes;
  auto const whole = std::make_shared<Whole>();
  whole->done = std::move(done);
  whole->left = (decisions.size() + kPieceDecisions - 1) / kPieceDecisions;
  for (std::size_t from = 0; from < decisions.size(); from += kPieceDecisions) {
    auto const first = decisions.begin() + static_cast<std::ptrdiff_t>(from);
    auto const last = first + static_cast<std::ptrdiff_t>(std::min(kPieceDecisions, decisions.size() - from));
    auto write = std::make_shared<Write>();
    write->bulk = true;
    write->what = DecisionWrite{{std::make_move_iterator(first), std::make_move_iterator(last)},
                                [whole](Kept kept) { whole->piece_done(kept); }};
    writes.push_back(std::move(write));
  }
  return writes;
}

}  // namespace ivig::store
