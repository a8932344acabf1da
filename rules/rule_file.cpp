#include "rules/rule_file.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/nearest.h"
#include "base/regular_file.h"

namespace ivig::rules {
namespace {

enum class Kind : std::uint8_t { integer, flag, list, text };

/// What a member of this name holds wherever it stands; nullopt for names that hold different things.
std::optional<Kind> kind_of(std::string_view name) {
  constexpr std::array<std::string_view, 8> kIntegers{"within_days", "evidence_rank",      "year",
                                                      "under",       "course_gap_days",    "jump_within_days",
                                                      "weight_days", "name_age_after_days"};
  constexpr std::array<std::string_view, 11> kFlags{
      "no_basis",   "indication",    "outside",     "candidates",        "latest", "below_assay", "soft",
      "background", "without_range", "wrong_route", "recorded_as_severe"};
  constexpr std::array<std::string_view, 19> kLists{
      "value_sets", "phrases",   "results",        "treatments", "about",     "broader_of",    "names",
      "states",     "without",   "rows",           "not_rows",   "asks",      "narrower_than", "levels",
      "cautions",   "reactions", "manifestations", "not_only",   "stabilizer"};
  constexpr std::array<std::string_view, 14> kTexts{"id",      "label", "section", "title",    "stance",
                                                    "subject", "says",  "short",   "citation", "organisation",
                                                    "system",  "code",  "display", "key"};
  auto holds = [name](auto const& list) { return std::find(list.begin(), list.end(), name) != list.end(); };
  if (holds(kIntegers)) return Kind::integer;
  if (holds(kFlags)) return Kind::flag;
  if (holds(kLists)) return Kind::list;
  if (holds(kTexts)) return Kind::text;
  return std::nullopt;
}

/// What the value should have been; empty when it is that.
std::string_view wrong_kind(std::string_view name, base::Json const& value) {
  auto const kind = kind_of(name);
  if (!kind || value.IsNull()) return {};
  switch (*kind) {
    case Kind::integer: return value.IsInt() ? "" : "must be a number without quotes";
    case Kind::flag: return value.IsBool() ? "" : "must be true or false, without quotes";
    case Kind::list: return value.IsArray() ? "" : "must be a list";
    case Kind::text: return value.IsString() ? "" : "must be a text";
  }
  return {};
}

}  // namespace

using base::Errc;
using base::fail;
using base::Json;

base::Result<std::string> read_file(std::filesystem::path const& path) {
  auto text = base::read_regular_file(path.string());
  if (!text) return fail(text.error().code, path.string(), text.error().detail + "; mend the folder of the rules");
  return text;
}

base::Result<RuleFile> RuleFile::open(std::filesystem::path const& path) {
  auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  auto body = base::JsonBody::parse(std::move(*text), {});
  if (!body) return fail(body.error().code, path.string(), body.error().detail);
  RuleFile file;
  file.name_ = path.filename().string();
  file.body_ = std::move(*body);
  return file;
}

std::size_t RuleFile::line_of(std::string_view id) const {
  std::string_view text = body_->wire();
  std::string quoted = "\"" + std::string(id) + "\"";
  for (std::size_t at = text.find(quoted); at != std::string_view::npos; at = text.find(quoted, at + 1)) {
    std::string_view before = text.substr(0, at);
    while (!before.empty() && (before.back() == ' ' || before.back() == ':')) before.remove_suffix(1);
    if (before.ends_with("\"id\"") || before.ends_with("\"key\""))
      return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  }
  return 1;
}

tl::unexpected<base::Error> RuleFile::error(std::string_view id, std::string_view member, std::string detail) const {
  std::string where = name_ + ":" + std::to_string(line_of(id));
  if (!id.empty()) where.append(": ").append(id);
  if (!member.empty()) where.append(": ").append(member);
  return fail(Errc::invalid_rules, std::move(where), std::move(detail));
}

base::Result<void> RuleFile::only(Json const& object, std::string_view id,
                                  std::initializer_list<std::string_view> known) const {
  if (!object.IsObject()) return error(id, "", "must be an object");
  for (auto const& entry : object.GetObject()) {
    std::string_view name(entry.name.GetString(), entry.name.GetStringLength());
    if (std::find(known.begin(), known.end(), name) != known.end()) {
      // At the top of rule-set.json "value_sets" is a folder.
      if (auto const why = wrong_kind(name, entry.value); !why.empty() && !id.empty())
        return error(id, name, std::string(why));
      continue;
    }
    std::string list;
    for (auto const& one : known) list.append(list.empty() ? "" : ", ").append(one);
    return error(id, name, "unknown member" + base::did_you_mean(name, known) + "; known here: " + list);
  }
  return {};
}

std::vector<std::string> string_list(Json const& object, std::string_view name) {
  std::vector<std::string> out;
  base::each(object, name, [&](Json const& item, std::size_t) {
    if (item.IsString()) out.emplace_back(base::as_string(item));
  });
  return out;
}

namespace {

/// Appends what `pattern` stands for, `before` in front of each; braces do not nest. One that is not closed is a
/// letter.
void write_out(std::string const& before, std::string_view pattern, std::vector<std::string>& out) {
  std::size_t const open = pattern.find('{');
  std::size_t const close = open == std::string_view::npos ? open : pattern.find('}', open);
  if (close == std::string_view::npos) {
    out.push_back(before + std::string(pattern));
    return;
  }
  std::string const head = before + std::string(pattern.substr(0, open));
  std::string_view choices = pattern.substr(open + 1, close - open - 1);
  for (bool more = true; more;) {
    std::size_t const bar = choices.find('|');
    more = bar != std::string_view::npos;
    write_out(head + std::string(choices.substr(0, bar)), pattern.substr(close + 1), out);
    if (more) choices.remove_prefix(bar + 1);
  }
}

}  // namespace

std::vector<std::string> phrase_list(Json const& object, std::string_view name) {
  std::vector<std::string> out;
  for (std::string const& pattern : string_list(object, name)) write_out({}, pattern, out);
  return out;
}

bool flag(Json const& object, std::string_view name) {
  Json const* value = base::member(object, name);
  return value != nullptr && value->IsBool() && value->GetBool();
}

std::optional<int> integer(Json const& object, std::string_view name) {
  Json const* value = base::member(object, name);
  return value != nullptr && value->IsInt() ? std::optional(value->GetInt()) : std::nullopt;
}

}  // namespace ivig::rules
