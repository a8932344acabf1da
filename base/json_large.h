#pragma once
// Objects of many members. Looking a member up goes through all of them, which is quickest for the dozen that a FHIR
// resource has; a hundred thousand members asked for a hundred thousand times would cost the square. Behind the members
// of a large object stand their places, sorted by name. Internal to base/.

#include <cstdint>
#include <span>

#include "base/json_value.h"

namespace ivig::base {

/// Objects of more members are large.
inline constexpr std::size_t kLargeObject = 64;

/// How many nodes of members the places take.
[[nodiscard]] constexpr std::size_t nodes_for_places(std::size_t members) {
  if (members <= kLargeObject) return 0;
  return (members * sizeof(std::uint32_t) + sizeof(Json::Member) - 1) / sizeof(Json::Member);
}

/// Of a large object: the places of its members, by name, of equal names the later ones last.
[[nodiscard]] inline std::span<std::uint32_t const> places_by_name(Json const& object) {
  return {reinterpret_cast<std::uint32_t const*>(object.MemberEnd()), object.MemberCount()};
}

}  // namespace ivig::base
