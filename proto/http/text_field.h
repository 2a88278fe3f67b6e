// Human-readable text in a field of a head. A head is ASCII, so other text is encoded by RFC 8187,
// section 3.2. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace walstow {

inline constexpr std::string_view kTextForm =
    "1 to 255 bytes of printable text in UTF-8, without a space at either end";

// Returns `text` if it is printable UTF-8 text.
std::optional<std::string> parse_text(std::string_view text);

// Returns printable ASCII as it is, and anything else as "UTF-8''" and its percent-encoded bytes.
std::string to_text_field(std::string_view text);

// Decodes the result of to_text_field(). Returns nullopt if `value` does not have that form.
std::optional<std::string> parse_text_field(std::string_view value);

}  // namespace walstow
