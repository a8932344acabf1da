#include "store/references.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/regular_file.h"
#include "base/uuid.h"

namespace ivig::store {
namespace {

using base::Errc;
using base::fail;

constexpr std::size_t kLeastKey = 32;
constexpr std::size_t kShown = 32;  // hexadecimal digits: 128 bits

base::Result<void> write_new_key(std::filesystem::path const& file) {
  // O_EXCL: of two processes that start together one writes, the other reads what was written.
  int const handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (handle < 0 && errno == EEXIST) return {};
  if (handle < 0) return fail(Errc::io, file.string(), std::generic_category().message(errno));
  std::string const key = base::random_hex(32) + "\n";
  bool const written =
      ::write(handle, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && ::fsync(handle) == 0;
  ::close(handle);
  if (written) return {};
  ::unlink(file.c_str());
  return fail(Errc::io, file.string(), "the new key could not be written");
}

/// Of the resources that a chart and its findings speak of.
constexpr std::array<std::string_view, 17> kTypes{"AllergyIntolerance",
                                                  "Condition",
                                                  "DiagnosticReport",
                                                  "Encounter",
                                                  "Immunization",
                                                  "Medication",
                                                  "MedicationOrder",
                                                  "MedicationAdministration",
                                                  "MedicationDispense",
                                                  "MedicationRequest",
                                                  "MedicationStatement",
                                                  "Observation",
                                                  "Patient",
                                                  "Practitioner",
                                                  "Procedure",
                                                  "QuestionnaireResponse",
                                                  "ServiceRequest"};

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_id_part(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

bool is_type_name(std::string_view text) {
  return !text.empty() && text[0] >= 'A' && text[0] <= 'Z' &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

}  // namespace

base::Result<References> References::with_key_file(std::filesystem::path const& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    if (auto made = write_new_key(file); !made) return tl::unexpected(made.error());
  }
  auto const text = base::read_regular_file(file.string());
  if (!text) return fail(Errc::io, file.string(), "the key of the store: " + text.error().detail + "; mend store_key");
  std::string key = text->substr(0, text->find('\n'));
  while (!key.empty() && std::isspace(static_cast<unsigned char>(key.back())) != 0) key.pop_back();
  if (key.size() < kLeastKey) {
    return fail(Errc::invalid_config, file.string(),
                "holds no key: one line of at least 32 characters; openssl rand -hex 32");
  }
  return References(std::move(key));
}

std::string References::kept(std::string_view reference) const {
  if (!hashed() || reference.empty()) return std::string(reference);
  auto const id_at = reference.rfind('/');
  std::string_view type;
  if (id_at != std::string_view::npos) {
    type = reference.substr(0, id_at);
    type = type.substr(type.rfind('/') + 1);  // of an absolute URL the last part
    if (!is_type_name(type)) type = {};
  }
  std::string const hash = base::keyed_hash_hex(key_, reference).substr(0, kShown);
  return type.empty() ? "~" + hash : std::string(type) + "/~" + hash;
}

std::string References::kept_place(std::string_view place) const {
  auto const slash = place.find('/');
  if (!hashed() || slash == std::string_view::npos || !is_type_name(place.substr(0, slash))) return std::string(place);
  auto end = place.find_first_of(" [", slash);
  if (end == std::string_view::npos) end = place.size();
  return kept(place.substr(0, end)) + std::string(place.substr(end));
}

std::string References::kept_in_text(std::string text) const {
  if (!hashed()) return text;
  std::string out;
  std::size_t copied = 0;
  for (auto slash = text.find('/'); slash != std::string::npos; slash = text.find('/', slash + 1)) {
    std::size_t begin = slash, end = slash + 1;
    while (begin > copied && is_letter(text[begin - 1])) --begin;
    while (end < text.size() && is_id_part(text[end])) ++end;
    while (end > slash + 1 && text[end - 1] == '.') --end;  // of the sentence
    std::string_view const type = std::string_view(text).substr(begin, slash - begin);
    if (end == slash + 1 || std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) continue;
    out.append(text, copied, begin - copied);
    out += kept(std::string_view(text).substr(begin, end - begin));
    copied = end;
  }
  return out.append(text, copied);
}

}  // namespace ivig::store
