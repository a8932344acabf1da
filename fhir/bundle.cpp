#include "fhir/bundle.h"

#include "fhir/gather.h"

namespace ivig::fhir {

using base::Json;

bool tells_of_failure(Json const& outcome) {
  bool failure = false;
  bool any = false;
  base::each(outcome, "issue", [&](Json const& issue, std::size_t) {
    any = true;
    std::string_view const severity = base::string_member(issue, "severity");
    if (severity != "warning" && severity != "information" && severity != "success") failure = true;
  });
  return failure || !any;
}

std::string_view link_of(Json const& bundle, std::string_view relation) {
  std::string_view url;
  base::each(bundle, "link", [&](Json const& link, std::size_t) {
    if (base::string_member(link, "relation") == relation) url = base::string_member(link, "url");
  });
  return url;
}

bool has_next_page(Json const& bundle) {
  bool next = false;
  base::each(bundle, "link", [&](Json const& link, std::size_t) {
    if (base::string_member(link, "relation") == "next") next = true;
  });
  return next;
}

PageState page_state(Json const& answer) {
  PageState state;
  bool const paged = is_bundle(answer) && has_next_page(answer);
  if (paged) state.next = link_of(answer, "next");
  // Neither a Bundle nor a resource, or a next page without an address.
  state.failed = (type_of(answer).empty() && !is_bundle(answer)) || (paged && state.next.empty());
  if (type_of(answer) == "OperationOutcome") state.failed = tells_of_failure(answer);
  base::each(answer, "entry", [&](Json const& entry, std::size_t) {
    Json const* resource = base::object_member(entry, "resource");
    if (resource != nullptr && type_of(*resource) == "OperationOutcome") {
      state.failed = state.failed || tells_of_failure(*resource);
    }
  });
  return state;
}

}  // namespace ivig::fhir
