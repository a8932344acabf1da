#include "app/rate_limiter.h"

#include <algorithm>

namespace ivig::app {

bool RateLimiter::admit(std::string const& caller, Time now) {
  if (per_second_ <= 0) return true;
  std::lock_guard const lock(mutex_);
  Bucket& its = bucket(caller, now);
  its = {left_at(its, now), now};
  if (its.left < 1) return false;
  its.left -= 1;
  return true;
}

RateLimiter::Bucket& RateLimiter::bucket(std::string const& caller, Time now) {
  auto const found = buckets_.find(caller);
  if (found != buckets_.end()) return found->second;
  if (buckets_.size() >= kMaxCallers && now - swept_ >= std::chrono::seconds(1)) {
    swept_ = now;
    // A full bucket says nothing: its caller has been quiet.
    std::erase_if(buckets_, [&](auto const& entry) { return left_at(entry.second, now) >= per_second_; });
  }
  bool const room = buckets_.size() < kMaxCallers;
  return buckets_.try_emplace(room ? caller : std::string(), Bucket{per_second_, now}).first->second;
}

double RateLimiter::left_at(Bucket const& bucket, Time now) const {
  std::chrono::duration<double> const passed = now - bucket.filled;
  return std::min(per_second_, bucket.left + std::max(0.0, passed.count()) * per_second_);
}

}  // namespace ivig::app
