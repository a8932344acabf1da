#include "base/json_tree.h"

#include <simdjson.h>
#include <smmintrin.h>

#include <algorithm>
#include <string_view>

namespace ivig::base {
namespace {

/// A parser holds about twelve times the longest text it has read: beyond this it is not kept for the next.
constexpr std::size_t kKeptBytes = 256 * 1024;
/// Bytes of text for a member, and for an item of an array, in FHIR resources; the first block holds most requests.
constexpr std::size_t kBytesPerMember = 24;
constexpr std::size_t kBytesPerItem = 128;
constexpr std::size_t kStep = 16;  ///< bytes of text copied at a time
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
 public:
  Filler(JsonTree& tree, std::size_t bytes, unsigned depth)
      : items_(tree.nodes_, bytes / kBytesPerItem), members_(tree.members_, bytes / kBytesPerMember), depth_(depth) {
    tree.texts_ = std::make_unique_for_overwrite<char[]>(bytes + kStep);
    text_ = tree.texts_.get();
  }

  /// simdjson does not count an empty array or object as a level.
  [[nodiscard]] bool too_deep() const { return too_deep_; }

  /// `level`: of the node, if it is an array or an object.
  void fill(Json& node, simdjson::dom::element element, unsigned level = 1) {
    using Type = simdjson::dom::element_type;
    switch (element.type()) {
      case Type::OBJECT: fill(node, simdjson::dom::object(element), level); break;
      case Type::ARRAY: fill(node, simdjson::dom::array(element), level); break;
      case Type::STRING: fill(node, std::string_view(element)); break;
      case Type::INT64:
        node.type_ = Json::Type::integer;
        node.value_.integer = std::int64_t(element);
        break;
      case Type::UINT64:
        node.type_ = Json::Type::natural;
        node.value_.natural = std::uint64_t(element);
        break;
      case Type::DOUBLE:
        node.type_ = Json::Type::real;
        node.value_.real = double(element);
        break;
      case Type::BOOL:
        node.type_ = Json::Type::boolean;
        node.value_.integer = bool(element) ? 1 : 0;
        break;
      case Type::NULL_VALUE: break;
    }
  }

 private:
  /// An escape is never shorter than what it stands for, so that all strings fit into as many bytes as the text has.
  void fill(Json& node, std::string_view text) {
    // Both buffers go on behind the text: no call for the few letters that most strings have.
    for (std::size_t i = 0; i < text.size(); i += kStep)
      _mm_storeu_si128(reinterpret_cast<__m128i*>(text_ + i),
                       _mm_loadu_si128(reinterpret_cast<__m128i const*>(text.data() + i)));
    node.type_ = Json::Type::string;
    node.value_.text = text_;
    node.size_ = static_cast<std::uint32_t>(text.size());
    text_ += text.size();
  }

  void fill(Json& node, simdjson::dom::object object, unsigned level) {
    too_deep_ = too_deep_ || level > depth_;
    std::size_t const count = count_of(object);
    Json::Member* member = members_.take(count);
    node.type_ = Json::Type::object;
    node.value_.members = member;
    node.size_ = static_cast<std::uint32_t>(count);
    for (auto const field : object) {
      fill(member->name, field.key);
      fill(member->value, field.value, level + 1);
      ++member;
    }
  }

  void fill(Json& node, simdjson::dom::array array, unsigned level) {
    too_deep_ = too_deep_ || level > depth_;
    std::size_t const count = count_of(array);
    Json* item = items_.take(count);
    node.type_ = Json::Type::array;
    node.value_.items = item;
    node.size_ = static_cast<std::uint32_t>(count);
    for (simdjson::dom::element const child : array) fill(*item++, child, level + 1);
  }

  /// simdjson counts children up to 2^24 - 1 only.
  template <class Children>
  static std::size_t count_of(Children children) {
    constexpr std::size_t kSaturated = 0xFFFFFF;
    std::size_t const size = children.size();
    if (size < kSaturated) return size;
    return static_cast<std::size_t>(std::distance(children.begin(), children.end()));
  }

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
  simdjson::dom::element root;
  bool good = parser.parse(text.data(), text.size(), false).get(root) == simdjson::SUCCESS;
  if (good) {
    Filler filler(*this, text.size(), depth);
    filler.fill(root_, root);
    good = !filler.too_deep();
  }
  if (parser.capacity() > kKeptBytes) parser = simdjson::dom::parser();
  return good;
}

}  // namespace ivig::base
