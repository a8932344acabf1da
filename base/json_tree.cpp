#include "base/json_tree.h"

#include <simdjson.h>
#include <smmintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "base/json_large.h"

namespace ivig::base {
namespace {

/// A parser holds about twelve times the longest text it has read: beyond this it is not kept for the next.
constexpr std::size_t kKeptBytes = 256 * 1024;
/// Bytes of text for a member, and for an item of an array, in FHIR resources; the first block holds most requests.
constexpr std::size_t kBytesPerMember = 24;
constexpr std::size_t kBytesPerItem = 128;
constexpr std::size_t kStep = 16;  ///< bytes of text copied at a time
/// Members of an object that are compared for equal names; of larger ones it is not known, or they would cost the
/// square.
constexpr std::size_t kCompared = 32;
constexpr std::uint32_t kMark = 0xFFFFFF;
static_assert(JsonTree::kPadding >= simdjson::SIMDJSON_PADDING);
static_assert(kStep <= simdjson::SIMDJSON_PADDING);

/// Blocks of children, each larger than the one before.
template <class Node>
class Blocks {
 public:
  Blocks(std::vector<std::unique_ptr<Node[]>>& blocks, std::size_t first) : blocks_(blocks), size_(first + 8) {}

  Node* take(std::size_t count) {
    if (count > free_) {
      size_ = std::max(size_, count);
      blocks_.push_back(std::make_unique_for_overwrite<Node[]>(size_));
      next_ = blocks_.back().get();
      free_ = size_;
      size_ *= 2;
    }
    Node* const taken = next_;
    next_ += count;
    free_ -= count;
    return taken;
  }

 private:
  std::vector<std::unique_ptr<Node[]>>& blocks_;
  std::size_t size_;  ///< of the next block
  Node* next_ = nullptr;
  std::size_t free_ = 0;
};

}  // namespace

class JsonTree::Filler {
  using Tape = simdjson::internal::tape_type;

 public:
  /// simdjson's tape: a word for each value, two for a number, its kind in the highest byte.
  /// https://github.com/simdjson/simdjson/blob/master/doc/tape.md
  /// The tree's texts_ has room for `bytes` and kStep.
  Filler(JsonTree& tree, simdjson::dom::document const& document, std::size_t bytes, unsigned depth)
      : tape_(document.tape.get()),
        strings_(document.string_buf.get()),
        items_(tree.nodes_, bytes / kBytesPerItem),
        members_(tree.members_, bytes / kBytesPerMember),
        text_(tree.texts_.get()),
        depth_(depth) {}

  /// simdjson does not count an empty array or object as a level.
  [[nodiscard]] bool too_deep() const { return too_deep_; }

  /// Fills `node` with the value at place `at` of the tape, and returns the place behind it. `level`: of the node, if
  /// it is an array or an object.
  std::size_t fill(Json& node, std::size_t at, unsigned level = 1) {
    std::uint64_t const word = tape_[at];
    switch (static_cast<Tape>(word >> 56U)) {
      case Tape::START_OBJECT: return fill_object(node, at, level);
      case Tape::START_ARRAY: return fill_array(node, at, level);
      case Tape::STRING: fill_string(node, word); return at + 1;
      case Tape::INT64:
        node.type_ = Json::Type::integer;
        node.value_.natural = tape_[at + 1];
        return at + 2;
      case Tape::UINT64:
        node.type_ = Json::Type::natural;
        node.value_.natural = tape_[at + 1];
        return at + 2;
      case Tape::DOUBLE:
        node.type_ = Json::Type::real;
        node.value_.real = std::bit_cast<double>(tape_[at + 1]);
        return at + 2;
      case Tape::TRUE_VALUE:
      case Tape::FALSE_VALUE:
        node.type_ = Json::Type::boolean;
        node.value_.integer = static_cast<Tape>(word >> 56U) == Tape::TRUE_VALUE ? 1 : 0;
        return at + 1;
      default: return at + 1;  // null
    }
  }

 private:
  /// An escape is never shorter than what it stands for, so that all strings fit into as many bytes as the text has.
  void fill_string(Json& node, std::uint64_t word) {
    std::uint8_t const* const from = strings_ + (word & simdjson::internal::JSON_VALUE_MASK);
    std::uint32_t size = 0;
    std::memcpy(&size, from, sizeof size);
    // Both buffers go on behind the text: no call for the few letters that most strings have.
    for (std::size_t i = 0; i < size; i += kStep)
      _mm_storeu_si128(reinterpret_cast<__m128i*>(text_ + i),
                       _mm_loadu_si128(reinterpret_cast<__m128i const*>(from + sizeof size + i)));
    node.type_ = Json::Type::string;
    node.value_.text = text_;
    node.size_ = size;
    text_ += size;
  }

  std::size_t fill_object(Json& node, std::size_t at, unsigned level) {
    too_deep_ = too_deep_ || level > depth_;
    std::size_t const count = count_of(at, 2);
    Json::Member* member = members_.take(count + nodes_for_places(count));
    node.type_ = Json::Type::object;
    node.value_.members = member;
    node.size_ = static_cast<std::uint32_t>(count);
    ++at;
    std::uint32_t names = 0;
    for (Json::Member* const end = member + count; member != end; ++member) {
      fill_string(member->name, tape_[at]);
      std::string_view const name(member->name.value_.text, member->name.size_);
      member->name.mark_ = name_mark(name) & kMark;
      std::uint32_t const bit = name_bit(name);
      if ((names & bit) != 0 && (count > kCompared || has_name(node, member, name))) names |= Json::kRepeats;
      names |= bit;
      ++at;
      if (static_cast<Tape>(tape_[at] >> 56U) == Tape::STRING) {  // most are
        fill_string(member->value, tape_[at++]);
      } else {
        at = fill(member->value, at, level + 1);
      }
    }
    node.mark_ = names & kMark;
    if (count > kLargeObject) sort_places(node, reinterpret_cast<std::uint32_t*>(member));
    return at + 1;
  }

  static void sort_places(Json const& object, std::uint32_t* places) {
    auto const count = static_cast<std::uint32_t>(object.MemberCount());
    for (std::uint32_t i = 0; i < count; ++i) new (places + i) std::uint32_t(i);
    auto const name = [&object](std::uint32_t place) {
      Json const& written = object.value_.members[place].name;
      return std::string_view(written.value_.text, written.size_);
    };
    std::sort(places, places + count, [&name](std::uint32_t a, std::uint32_t b) {
      int const order = name(a).compare(name(b));
      return order != 0 ? order < 0 : a < b;
    });
  }

  /// Whether a member of `object` before `end` has that name.
  static bool has_name(Json const& object, Json::Member const* end, std::string_view name) {
    return std::any_of(object.value_.members, end, [name](Json::Member const& member) {
      return std::string_view(member.name.value_.text, member.name.size_) == name;
    });
  }

  std::size_t fill_array(Json& node, std::size_t at, unsigned level) {
    too_deep_ = too_deep_ || level > depth_;
    std::size_t const count = count_of(at, 1);
    Json* item = items_.take(count);
    node.type_ = Json::Type::array;
    node.value_.items = item;
    node.size_ = static_cast<std::uint32_t>(count);
    ++at;
    for (Json* const end = item + count; item != end; ++item) at = fill(*item, at, level + 1);
    return at + 1;
  }

  /// Children of the array or object at `at`; `values`: how many values make one child.
  [[nodiscard]] std::size_t count_of(std::size_t at, std::size_t values) const {
    std::size_t const count = (tape_[at] >> 32U) & simdjson::internal::JSON_COUNT_MASK;
    if (count < simdjson::internal::JSON_COUNT_MASK) return count;
    // simdjson counts up to 2^24 - 1 only.
    std::size_t const end = end_of(at) - 1;
    std::size_t counted = 0;
    for (++at; at < end; at = end_of(at)) ++counted;
    return counted / values;
  }

  /// The place behind the value at `at`.
  [[nodiscard]] std::size_t end_of(std::size_t at) const {
    switch (static_cast<Tape>(tape_[at] >> 56U)) {
      case Tape::START_OBJECT:
      case Tape::START_ARRAY: return static_cast<std::uint32_t>(tape_[at]);
      case Tape::INT64:
      case Tape::UINT64:
      case Tape::DOUBLE: return at + 2;
      default: return at + 1;
    }
  }

  std::uint64_t const* tape_;
  std::uint8_t const* strings_;
  Blocks<Json> items_;
  Blocks<Json::Member> members_;
  char* text_;
  unsigned depth_;
  bool too_deep_ = false;
};

bool JsonTree::read(std::string& text, unsigned depth) {
  thread_local simdjson::dom::parser parser;  // scratch memory: what a text leaves behind is never read
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  // simdjson's limit is the first depth that it refuses.
  std::size_t const limit = std::size_t{depth} + 1;
  std::size_t const room = std::max(parser.capacity(), text.size());
  if ((room > parser.capacity() || parser.max_depth() != limit) && parser.allocate(room, limit) != simdjson::SUCCESS) {
    return false;
  }
  root_.type_ = Json::Type::null;
  bool good = parser.parse(text.data(), text.size(), false).error() == simdjson::SUCCESS;
  if (good) {
    texts_ = std::make_unique_for_overwrite<char[]>(text.size() + kStep);
    Filler filler(*this, parser.doc, text.size(), depth);
    filler.fill(root_, 1);
    good = !filler.too_deep();
  }
  if (parser.capacity() > kKeptBytes) parser = simdjson::dom::parser();
  return good;
}

}  // namespace ivig::base
