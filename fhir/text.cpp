#include "fhir/text.h"

#include <array>
#include <utility>

namespace ivig::fhir {
namespace {

/// Accented letters of the Latin-1 and Latin Extended-A blocks that occur in names of diseases, by code point.
constexpr std::array<std::pair<char32_t, char>, 44> kFolds{{
    {0xe0, 'a'},  {0xe1, 'a'},  {0xe2, 'a'},  {0xe3, 'a'},  {0xe4, 'a'},  {0xe5, 'a'},  {0xe7, 'c'},  {0xe8, 'e'},
    {0xe9, 'e'},  {0xea, 'e'},  {0xeb, 'e'},  {0xec, 'i'},  {0xed, 'i'},  {0xee, 'i'},  {0xef, 'i'},  {0xf1, 'n'},
    {0xf2, 'o'},  {0xf3, 'o'},  {0xf4, 'o'},  {0xf5, 'o'},  {0xf6, 'o'},  {0xf8, 'o'},  {0xf9, 'u'},  {0xfa, 'u'},
    {0xfb, 'u'},  {0xfc, 'u'},  {0xfd, 'y'},  {0xff, 'y'},  {0x101, 'a'}, {0x103, 'a'}, {0x105, 'a'}, {0x107, 'c'},
    {0x10d, 'c'}, {0x113, 'e'}, {0x119, 'e'}, {0x11b, 'e'}, {0x12b, 'i'}, {0x142, 'l'}, {0x144, 'n'}, {0x14d, 'o'},
    {0x151, 'o'}, {0x15b, 's'}, {0x161, 's'}, {0x17e, 'z'},
}};

/// Reads one UTF-8 code point; the text was checked on arrival, so a malformed byte is just passed over.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  unsigned lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t point = lead < 0x80 ? lead : lead < 0xe0 ? lead & 0x1fU : lead < 0xf0 ? lead & 0x0fU : lead & 0x07U;
  for (std::size_t i = 1; i < length; ++i) point = (point << 6U) | (byte(at + i) & 0x3fU);
  at += length;
  return point;
}

/// The folded letter, 0 for what separates words, 1 for what vanishes inside a word (apostrophes).
constexpr char kSeparator = 0;
constexpr char kVanishes = 1;

constexpr char fold_ascii(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return c;
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '\'' || c == '`' ? kVanishes : kSeparator;
}

constexpr auto kAscii = [] {
  std::array<char, 128> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = fold_ascii(static_cast<char>(i));
  return table;
}();

/// An ASCII letter or digit: what words are mostly made of.
bool is_plain(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte < 0x80 && kAscii[byte] > kVanishes;
}

/// Apostrophes in the code points that editors and keyboards write them in, and marks of no width.
bool vanishes(char32_t point) {
  switch (point) {
    case 0x00ad:
    case 0x00b4:
    case 0x02b9:
    case 0x02bb:
    case 0x02bc:
    case 0x02bd:
    case 0x02c8:
    case 0x02ca:
    case 0x02cb:
    case 0x055a:
    case 0x200b:
    case 0x200c:
    case 0x200d:
    case 0x2018:
    case 0x2019:
    case 0x201b:
    case 0x2032:
    case 0x2035:
    case 0x2060:
    case 0xa78c:
    case 0xfeff:
    case 0xff07: return true;
    default: return false;
  }
}

char fold(char32_t point) {
  if (point < 0x80) return kAscii[point];
  if (vanishes(point)) return kVanishes;
  if (point >= 0xc0 && point <= 0xde && point != 0xd7) point += 0x20;
  else if (point >= 0x100 && point <= 0x17f && (point & 1U) == 0) point += 1;
  for (auto const& [from, to] : kFolds) {
    if (from == point) return to;
  }
  if (point == 0x3b1) return 'a';  // Greek letters in antibody names
  if (point == 0x3b2) return 'b';
  return kSeparator;
}

void drop_plural(std::string& word) {
  if (word.size() < 4 || word.back() != 's') return;
  char before = word[word.size() - 2];
  if (before == 's' || before == 'i' || before == 'u') return;  // myositis, virus, abscess
  word.pop_back();
}

bool is_break(char32_t point) { return point == '.' || point == ';' || point == '\n' || point == '!'; }

}  // namespace

namespace {

/// Builds each word where it stays.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) { tokens_.reserve(text.size() / 6 + 1); }

  std::vector<Token> run() && {
    std::size_t at = 0;
    while (at < text_.size()) {
      std::size_t const here = at;
      char32_t const point = next_code_point(text_, at);
      char const folded = fold(point);
      if (folded == kVanishes) continue;
      if (folded != kSeparator) {
        add(here, folded);
        std::size_t const rest = at;
        while (at < text_.size() && is_plain(text_[at])) ++at;
        add_plain(rest, at);
      } else if (point == '.' && in_number(at)) {
        tokens_.back().folded.push_back('.');
      } else {
        finish(here);
        separate(point, here);
      }
    }
    finish(text_.size());
    return std::move(tokens_);
  }

 private:
  void begin(std::size_t offset) {
    Token& token = tokens_.emplace_back();
    token.offset = offset;
    token.breaks_before = std::exchange(breaks_, false);
    token.colon_before = std::exchange(colon_, false);
    token.comma_before = std::exchange(comma_, false);
  }

  void add(std::size_t here, char folded) {
    if (!in_word_) begin(here);
    in_word_ = true;
    tokens_.back().folded.push_back(folded);
  }

  /// Plain letters at once.
  void add_plain(std::size_t from, std::size_t to) {
    std::string& word = tokens_.back().folded;
    std::size_t const before = word.size();
    word.resize(before + (to - from));
    for (std::size_t i = from; i < to; ++i) word[before + i - from] = kAscii[static_cast<unsigned char>(text_[i])];
  }

  /// A point between digits belongs to the number: 0.4 g/kg.
  [[nodiscard]] bool in_number(std::size_t after) const {
    return in_word_ && tokens_.back().folded.back() <= '9' && after < text_.size() && text_[after] >= '0' &&
           text_[after] <= '9';
  }

  void finish(std::size_t end) {
    if (!in_word_) return;
    in_word_ = false;
    Token& token = tokens_.back();
    token.written = text_.substr(token.offset, end - token.offset);
    drop_plural(token.folded);
  }

  void separate(char32_t point, std::size_t here) {
    if (is_break(point)) breaks_ = true;
    if (point == ':') colon_ = true;
    if (point == ',' || point == '(' || point == ')' || point == '[') comma_ = true;
    if (point != '?') return;
    begin(here);
    tokens_.back().folded = "?";
    tokens_.back().written = text_.substr(here, 1);
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  bool in_word_ = false, breaks_ = false, colon_ = false, comma_ = false;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) { return Tokenizer(text).run(); }

std::string folded_text(std::string_view text) {
  std::string out(text.size(), '\0');  // a letter folds to one byte, and is never shorter
  char* to = out.data();
  std::size_t at = 0;
  while (at < text.size()) {
    char folded = kSeparator;
    if (auto const byte = static_cast<unsigned char>(text[at]); byte < 0x80) {
      folded = kAscii[byte];
      ++at;
    } else {
      folded = fold(next_code_point(text, at));
    }
    if (folded > kVanishes) {
      *to++ = folded;
    } else if (folded == kSeparator && to != out.data() && to[-1] != ' ') {
      *to++ = ' ';
    }
  }
  if (to != out.data() && to[-1] == ' ') --to;
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

}  // namespace ivig::fhir
