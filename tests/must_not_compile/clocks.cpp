// The time of day, the day and the time of a deadline are three things.
#include "base/clock.h"
#include "base/delivery.h"

namespace ivig::base {

#ifdef MUST_NOT_COMPILE
// error: could not convert 'now'
Deadline of_wall_clock(Now now) { return now; }
// error: could not convert 'by'
Now of_deadline(Deadline by) { return by; }
// error: no match for 'operator<'
bool passed(Deadline by, Now now) { return by < now; }
// error: could not convert 'now'
Day unfloored(Now now) { return now; }
// error: could not convert 'std::chrono::_V2::system_clock::now()'
Now not_of_whole_seconds() { return std::chrono::system_clock::now(); }
// error: to 'ivig::base::Now'
Now of_number(std::int64_t seconds) { return seconds; }
// error: to 'ivig::base::Deadline'
Deadline of_duration() { return std::chrono::seconds(5); }
#else
bool passed(Deadline by, Deadline now) { return by < now; }
Day floored(Now now) { return std::chrono::floor<std::chrono::days>(now); }
Now begin_of(Day day) { return day; }
Now of_number(std::int64_t seconds) { return Now(std::chrono::seconds(seconds)); }
Deadline of_duration(Deadline now) { return now + std::chrono::seconds(5); }
#endif

}  // namespace ivig::base
