// Views of bytes, and their hexadecimal form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace walstow {

using ByteView = std::span<const std::byte>;
using MutableByteView = std::span<std::byte>;

// Takes bytes that are valid for the length of the call only.
using ByteSink = std::function<void(ByteView)>;

// The chunk in which files, compressors and sockets are fed: large enough that system calls do not
// count, small enough to stay in the processor's cache and in reused memory.
inline constexpr std::size_t kChunkSize = std::size_t{128} * 1024;

ByteView as_bytes(std::string_view text);
std::string_view as_text(ByteView bytes);

// Lower-case hexadecimal digits, two for each byte.
std::string to_hex(ByteView bytes);

// Fills `out` from exactly 2 * out.size() lower-case digits; false (and `out` unspecified) on
// anything else, upper case included.
bool from_hex(std::string_view digits, MutableByteView out);

// `size` bytes from the system's random source, as lower-case hex. Throws Error{kStorage}.
std::string random_hex(std::size_t size);

// A whole number in decimal: nothing but digits, no leading zero (but "0"); nullopt otherwise.
std::optional<std::uint64_t> parse_decimal(std::string_view digits);

}  // namespace walstow
