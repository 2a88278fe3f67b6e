#include "proto/identity/public_key.h"

#include <openssl/evp.h>

#include <fmt/format.h>
#include <limits>
#include <stdexcept>

#include "proto/codec/digest.h"

namespace walstow {
namespace {

// OpenSSL counts in int.
int length_of(std::size_t size) {
  if (size > std::numeric_limits<int>::max() / 2) throw std::length_error("base64");
  return static_cast<int>(size);
}

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                      length_of(bytes.size()));
  text.resize(static_cast<std::size_t>(written));
  return text;
}

std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
  std::vector<std::byte> bytes(text.size() / 4 * 3 + 3);
  const int written =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), length_of(text.size()));
  if (written < 0) return std::nullopt;
  // OpenSSL counts the padding as bytes, and accepts spaces around the text.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (static_cast<std::size_t>(written) < padding) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(written) - padding);
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

std::string key_fingerprint(ByteView public_key) {
  Sha256 sha256;
  sha256.update(public_key);
  return fmt::format("sha256:{}", to_hex(sha256.finish()));
}

}  // namespace walstow
