#include "store/backend/key_rules.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/backend/backend.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestPart = 255;  // NAME_MAX of the file systems that matter
constexpr std::size_t kLongestKey = 1024;  // bytes; S3's bound

// Not isalnum(): its result depends on the locale.
bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_part_character(char c) {
  return is_alphanumeric(c) || c == '.' || c == '_' || c == '=' || c == '-';
}

bool may_begin_part(std::string_view text) {
  return (text.empty() || (text.front() != '.' && text.front() != '-')) &&
         text.size() <= kLongestPart && std::all_of(text.begin(), text.end(), is_part_character);
}

// Calls `check` on each part. False as soon as one fails.
template <class Check>
bool all_parts(std::string_view text, Check check) {
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!check(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

[[noreturn]] void refuse(std::string_view what, std::string_view text) {
  throw Error(ErrorKind::kInvalid,
              fmt::format("\"{}\" cannot be {} in an archive", escaped(text), what));
}

}  // namespace

bool is_key_part(std::string_view part) {
  return !part.empty() && may_begin_part(part);
}

void check_key(std::string_view key) {
  if (key.size() > kLongestKey || !all_parts(key, is_key_part)) refuse("a key", key);
}

void check_removals(const std::vector<std::string>& keys) {
  if (keys.size() > kMostRemovals) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("cannot remove {} objects at once: the maximum is {}", keys.size(),
                            kMostRemovals));
  }
  for (const std::string& key : keys)
    check_key(key);
}

void check_prefix(std::string_view prefix) {
  const std::size_t slash = prefix.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? prefix : prefix.substr(slash + 1);
  const bool folders_fit =
      slash == std::string_view::npos || all_parts(prefix.substr(0, slash), is_key_part);
  if (prefix.size() > kLongestKey || !folders_fit || !may_begin_part(last)) {
    refuse("the prefix of a key", prefix);
  }
}

void check_folder_prefix(std::string_view prefix) {
  check_prefix(prefix);
  if (!prefix.ends_with('/')) refuse("a folder", prefix);
}

bool is_listed(std::string_view key, std::string_view prefix) {
  return key.starts_with(prefix) && (!key.starts_with('_') || prefix.starts_with('_'));
}

std::string probe_key(std::string_view random_part) {
  return fmt::format("_probe/{}.zst", random_part);
}

std::string aside_key(std::string_view key, std::string_view random_part) {
  return fmt::format("_aside/{}.{}", key, random_part);
}

void check_record(std::string_view key, std::string_view content) {
  if (content.size() <= kLargestRecord) return;
  throw Error(ErrorKind::kInvalid,
              fmt::format("record \"{}\" of {} bytes is longer than the maximum of {} bytes", key,
                          content.size(), kLargestRecord));
}

}  // namespace walstow
