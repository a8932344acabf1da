#include "batch/problem.h"

namespace ivig::batch {

std::string_view words_of(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::unreadable: return "not readable";
    case ProblemKind::changed: return "changed meanwhile";
    case ProblemKind::too_large: return "beyond a limit of size";
    case ProblemKind::no_json: return "no JSON";
    case ProblemKind::unusable: return "nothing to review";
    case ProblemKind::none: break;
  }
  return "none";
}

ProblemKind kind_of(base::Error const& error) {
  switch (error.code) {
    case base::Errc::io: return ProblemKind::unreadable;
    case base::Errc::too_large: return ProblemKind::too_large;
    case base::Errc::not_json:
    case base::Errc::too_deep: return ProblemKind::no_json;
    default: return ProblemKind::unusable;
  }
}

}  // namespace ivig::batch
