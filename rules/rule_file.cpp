#include "rules/rule_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace ivig::rules {

using base::Errc;
using base::fail;
using base::Json;

base::Result<std::string> read_file(std::filesystem::path const& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return fail(Errc::io, path.string(), "is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::io, path.string(), std::string("cannot be read: ") + std::strerror(errno));
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
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
    if (before.ends_with("\"id\"")) return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
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
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string list;
    for (auto const& one : known) list.append(list.empty() ? "" : ", ").append(one);
    return error(id, name, "unknown member; known here: " + list);
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
