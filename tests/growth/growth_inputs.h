#pragma once
// Requests that grow at one place: every element that a reader asks for, as an array, a string, an object or a nest of
// them, in every object that the reader is given.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ivig::test {

/// A source file that reads JSON of a request, and the places whose members it looks up.
struct Reader {
  std::string_view file;             ///< "fhir/read_condition.cpp"
  std::vector<std::string_view> at;  ///< names of places (places())
};

/// Every reader. growth_test.cpp fails when a file that looks members up is not among them.
[[nodiscard]] std::vector<Reader> const& readers();

/// The names of members that a source file has as literals, each once.
[[nodiscard]] std::vector<std::string> member_names(std::string const& source);

/// What grows at one element.
enum class Shape { string, strings, objects, codings, members, nest };
inline constexpr Shape kShapes[] = {Shape::string,  Shape::strings, Shape::objects,
                                    Shape::codings, Shape::members, Shape::nest};
[[nodiscard]] std::string_view name_of(Shape shape);

/// A JSON value of that shape with `count` parts, of at most a hundred bytes each.
[[nodiscard]] std::string value_of(Shape shape, std::string_view member, std::size_t count);

/// An order-sign request with `member` (`"name":value`, or nothing) in the object at that place.
[[nodiscard]] std::string request_with(std::string_view place, std::string_view member);

/// A request that holds more of one kind of resource, by name: what is no element of one.
struct Kind {
  std::string_view name;
  std::string (*request)(std::size_t count);
};
[[nodiscard]] std::vector<Kind> const& kinds();

}  // namespace ivig::test
