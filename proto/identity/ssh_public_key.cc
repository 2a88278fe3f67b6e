#include "proto/identity/ssh_public_key.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/codec/digest.h"
#include "proto/identity/public_key.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestType = 64;  // RFC 4251, section 6
constexpr std::size_t kLengthSize = 4;
constexpr std::string_view kFingerprint = "SHA256:";

bool is_type(std::string_view text) {
  return !text.empty() && text.size() <= kLongestType &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != ','; });
}

// Removes the first word from `text` and returns it.
std::string_view next_word(std::string_view& text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t start = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(start);
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

std::optional<std::string_view> ssh_key_type(ByteView blob) {
  if (blob.size() <= kLengthSize) return std::nullopt;
  std::size_t length = 0;
  for (const std::byte byte : blob.first(kLengthSize))
    length = length << 8U | std::to_integer<std::size_t>(byte);
  // A key has at least one number after its name.
  if (length > kLongestType || length >= blob.size() - kLengthSize) return std::nullopt;
  const std::string_view type = as_text(blob.subspan(kLengthSize, length));
  if (!is_type(type)) return std::nullopt;
  return type;
}

std::optional<SshPublicKey> ssh_key_of(std::string_view base64) {
  auto blob = from_base64(base64);
  const auto type = blob ? ssh_key_type(*blob) : std::nullopt;
  if (!type) return std::nullopt;
  return SshPublicKey{.type = std::string(*type), .blob = std::move(*blob)};
}

std::optional<SshPublicKey> parse_ssh_public_key(std::string_view line) {
  const std::string_view type = next_word(line);
  auto key = ssh_key_of(next_word(line));
  if (!key || key->type != type) return std::nullopt;
  return key;
}

std::string to_text(const SshPublicKey& key) {
  return fmt::format("{} {}", key.type, to_base64(key.blob));
}

std::string ssh_fingerprint(ByteView blob) {
  Sha256 sha256;
  sha256.update(blob);
  const auto digest = sha256.finish();
  std::string text = to_base64(digest);
  while (text.ends_with('='))
    text.pop_back();
  return std::string(kFingerprint) + text;
}

std::optional<std::string> parse_ssh_fingerprint(std::string_view text) {
  if (!text.starts_with(kFingerprint)) return std::nullopt;
  const auto digest = from_base64(fmt::format("{}=", text.substr(kFingerprint.size())));
  if (!digest || digest->size() != std::tuple_size_v<Sha256Digest>) return std::nullopt;
  return fmt::format("sha256:{}", to_hex(*digest));
}

}  // namespace walstow
