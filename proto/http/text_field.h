// Words of people in a field of a head, which is ASCII: RFC 8187, section 3.2, where it must be.
// Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace walstow {

inline constexpr std::string_view kTextForm =
    "1 to 255 bytes of printable text in UTF-8, without a space at either end";

// The text itself, if it is one in that form.
std::optional<std::string> parse_text(std::string_view text);

// Printable ASCII as it is, all else as "UTF-8''" and its percent-encoded bytes.
std::string to_text_field(std::string_view text);

// What to_text_field() makes, back; nullopt for anything that is no text then.
std::optional<std::string> parse_text_field(std::string_view value);

}  // namespace walstow
