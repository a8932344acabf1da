#pragma once
// Who looked at what.

#include <string>
#include <vector>

#include "store/review_records.h"
#include "web/page.h"

namespace ivig::web {

[[nodiscard]] std::string audit_page(std::vector<store::ReviewView> const& views, Viewer const& viewer);

}  // namespace ivig::web
