#include "advice/selections.h"

namespace ivig::advice {
namespace {

/// The "Type/id" that a reference ends in; all of it where it has no more.
std::string_view type_and_id(std::string_view reference) {
  std::size_t const id = reference.rfind('/');
  if (id == std::string_view::npos || id == 0) return reference;
  std::size_t const type = reference.rfind('/', id - 1);
  return type == std::string_view::npos ? reference : reference.substr(type + 1);
}

}  // namespace

std::string reference_of(fhir::Order const& order) {
  return std::string(order.resource_type) + "/" + std::string(order.id);
}

Selections::Selections(std::vector<std::string_view> const* selections) : any_(selections == nullptr) {
  if (any_) return;
  for (std::string_view const selection : *selections) selected_.insert(type_and_id(selection));
}

bool Selections::hold(fhir::Order const& order) const {
  return any_ || selected_.contains(type_and_id(reference_of(order)));
}

}  // namespace ivig::advice
