#include "hooks/services.h"

#include <algorithm>

#include "base/json_write.h"

namespace ivig::hooks {

ServiceDefinition const* find_service(std::string_view id) {
  auto it = std::find_if(kServices.begin(), kServices.end(),
                         [&](ServiceDefinition const& service) { return service.id == id; });
  return it == kServices.end() ? nullptr : &*it;
}

std::string discovery_json() {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("services");
  json.begin_array();
  for (auto const& service : kServices) {
    json.begin_object();
    json.member("hook", service.hook);
    json.member("title", service.title);
    json.member("description", service.description);
    json.member("id", service.id);
    json.key("prefetch");
    json.begin_object();
    for (auto const& prefetch : kPrefetch) json.member(prefetch.key, prefetch.query);
    json.end_object();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace ivig::hooks
