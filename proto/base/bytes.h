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

// Receives bytes that are valid only during the call.
using ByteSink = std::function<void(ByteView)>;

// The chunk size for files, compressors and sockets. It is large enough that the cost of system
// calls is negligible, and small enough to stay in the processor's cache and in reused memory.
inline constexpr std::size_t kChunkSize = std::size_t{128} * 1024;

ByteView as_bytes(std::string_view text);
std::string_view as_text(ByteView bytes);

// Returns lower-case hexadecimal digits, two for each byte.
std::string to_hex(ByteView bytes);

// Fills `out` from exactly 2 * out.size() lower-case digits. Returns false (and leaves `out`
// unspecified) on anything else, including upper case.
bool from_hex(std::string_view digits, MutableByteView out);

// Returns `size` bytes from the system's random source, as lower-case hex. Throws Error{kStorage}.
std::string random_hex(std::size_t size);

// Parses a whole decimal number: digits only, no leading zero (except "0"). Returns nullopt for
// anything else.
std::optional<std::uint64_t> parse_decimal(std::string_view digits);

}  // namespace walstow
