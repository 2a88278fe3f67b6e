#include "proto/link/ssh/openssh_key.h"

#include "proto/identity/public_key.h"

namespace walstow {
namespace {

constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::string_view kMagic{"openssh-key-v1\0", 15};

}  // namespace

std::optional<std::uint32_t> SshFields::number() {
  if (rest_.size() < 4) {
    rest_ = {};
    return std::nullopt;
  }
  std::uint32_t number = 0;
  for (const std::byte byte : rest_.first(4))
    number = number << 8U | std::to_integer<std::uint32_t>(byte);
  rest_ = rest_.subspan(4);
  return number;
}

std::optional<ByteView> SshFields::string() {
  const auto size = number();
  if (!size || *size > rest_.size()) {
    rest_ = {};
    return std::nullopt;
  }
  const ByteView bytes = rest_.first(*size);
  rest_ = rest_.subspan(*size);
  return bytes;
}

void append_ssh_number(std::vector<std::byte>& out, std::uint32_t number) {
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    out.push_back(static_cast<std::byte>(number >> shift & 0xFFU));
}

void append_ssh_string(std::vector<std::byte>& out, ByteView bytes) {
  append_ssh_number(out, static_cast<std::uint32_t>(bytes.size()));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::optional<OpenSshKey> parse_openssh_key(std::string_view text) {
  const std::size_t begin = text.find(kOpenSshKeyBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + kOpenSshKeyBegin.size());
  const std::size_t end = text.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  std::string base64(text.substr(0, end));
  std::erase_if(base64, [](char c) { return c == '\n' || c == '\r'; });
  const auto content = from_base64(base64);
  if (!content || !as_text(*content).starts_with(kMagic)) return std::nullopt;
  SshFields fields(ByteView(*content).subspan(kMagic.size()));
  const auto cipher = fields.string();
  fields.string();  // how the key is derived from the passphrase
  fields.string();  // its options
  const auto count = fields.number();
  const auto public_blob = fields.string();
  const auto private_part = fields.string();
  if (!private_part || count != 1U) return std::nullopt;
  return OpenSshKey{.cipher = std::string(as_text(*cipher)),
                    .public_blob = {public_blob->begin(), public_blob->end()},
                    .private_part = {private_part->begin(), private_part->end()}};
}

}  // namespace walstow
