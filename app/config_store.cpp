#include "app/config_store.h"

#include <array>
#include <string_view>

namespace ivig::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<std::string_view, 2> kReferences{"hashed", "plain"};

std::filesystem::path path_in(std::filesystem::path const& folder, std::string const& text) {
  return (folder / text).lexically_normal();
}

}  // namespace

StoreConfig read_store(ConfigNode const& node, std::filesystem::path const& folder) {
  std::string const text = node.text();
  StoreConfig store;
  if (text == "none") {
    store.kind = StoreKind::none;
    store.target.clear();
    return store;
  }
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    // The URL may hold a password: it is not shown.
    if (text.size() == text.find("://") + 3) node.refuse("must be postgresql://user@host/database");
    store.kind = StoreKind::postgresql;
    store.target = text;
    return store;
  }
  if (text.starts_with("sqlite:") && text.size() > 7) {
    std::string const file = text.substr(7);
    // SOCI would read it as a list of settings.
    if (file.find('=') != std::string::npos) node.refuse("names a file with '=' in it; choose another name");
    store.target = file == ":memory:" ? file : path_in(folder, file).string();
    return store;
  }
  node.refuse("must be sqlite:FILE, postgresql://user@host/database or none");
}

void read_store_settings(Members const& members, std::filesystem::path const& folder, StoreConfig& store) {
  bool const beside = store.kind == StoreKind::sqlite && store.target != ":memory:";
  std::string const base = beside ? store.target : (folder / "ivig-cds").lexically_normal().string();
  store.key = base + ".key";
  store.spool = base + ".spool";
  with(members, "store_references", [&](auto const& v) { store.plain_references = v.one_of(kReferences) == 1; });
  with(members, "store_key", [&](auto const& v) { store.key = path_in(folder, v.text()); });
  with(members, "store_spool", [&](auto const& v) { store.spool = path_in(folder, v.text()); });
  with(members, "store_spool_bytes", [&](auto const& v) { store.spool_bytes = v.integer(65536, 1ULL << 40U); });
  with(members, "store_memory_bytes", [&](auto const& v) { store.memory_bytes = v.integer(0, 1ULL << 40U); });
  with(members, "store_required", [&](auto const& v) { store.required = v.boolean(); });
  with(members, "store_keep_days",
       [&](auto const& v) { store.keep_days = static_cast<unsigned>(v.integer(0, 36500)); });
  with(members, "store_wait_seconds", [&](auto const& v) { store.wait = v.seconds(milliseconds(50), seconds(60)); });
}

}  // namespace ivig::app
