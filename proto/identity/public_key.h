// A client's public key, in the form that the registry, the wire and certificates share: the DER
// bytes of its SubjectPublicKeyInfo. In text, the key is in base64. People compare keys by their
// fingerprints.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"

namespace walstow {

// Encodes as in RFC 4648, section 4, with padding and without line breaks.
std::string to_base64(ByteView bytes);
// Returns nullopt for anything that to_base64() does not write.
std::optional<std::vector<std::byte>> from_base64(std::string_view text);

// Returns "sha256:" and 64 lower-case hex digits: the SHA-256 of the DER bytes.
std::string key_fingerprint(ByteView public_key);

}  // namespace walstow
