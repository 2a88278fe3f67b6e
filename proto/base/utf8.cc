#include "proto/base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace walstow {
namespace {

struct Range {
  std::uint32_t first, last;
};

// Source: the Unicode character database, 15.0: general categories Cc, Cf, Zl and Zp, and the
// noncharacter code points. Excluded, since words need them: the joiners U+200C and U+200D
// (Persian, Indic scripts), the soft hyphen, and the number signs of Arabic and Syriac.
constexpr std::array<Range, 17> kUnprintable{{{0x00, 0x1F},
                                              {0x7F, 0x9F},
                                              {0x61C, 0x61C},
                                              {0x180E, 0x180E},
                                              {0x200B, 0x200B},
                                              {0x200E, 0x200F},
                                              {0x2028, 0x202E},
                                              {0x2060, 0x206F},
                                              {0xFDD0, 0xFDEF},
                                              {0xFEFF, 0xFEFF},
                                              {0xFFF0, 0xFFFB},
                                              {0xFFFE, 0xFFFF},
                                              {0x13430, 0x1345F},
                                              {0x1BCA0, 0x1BCA3},
                                              {0x1D173, 0x1D17A},
                                              {0xE0000, 0xE0FFF},
                                              {0x10FFFE, 0x10FFFF}}};

constexpr std::uint32_t kLargest = 0x10FFFF;
constexpr unsigned kBitsOfContinuation = 6;

// What the first byte of a character determines. size 0: no character begins with this byte.
struct Lead {
  std::size_t size = 0;
  std::uint32_t bits = 0;      // of the code point
  std::uint32_t smallest = 0;  // a smaller code point has a shorter form, and must use that one
};

Lead lead_of(std::uint32_t byte) {
  if (byte < 0x80) return {.size = 1, .bits = byte, .smallest = 0};
  if (byte >= 0xC0 && byte < 0xE0) return {.size = 2, .bits = byte & 0x1FU, .smallest = 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return {.size = 3, .bits = byte & 0x0FU, .smallest = 0x800};
  if (byte >= 0xF0 && byte < 0xF8) return {.size = 4, .bits = byte & 0x07U, .smallest = 0x10000};
  return {};
}

bool is_surrogate(std::uint32_t code_point) {
  return code_point >= 0xD800 && code_point <= 0xDFFF;
}

bool is_unprintable(std::uint32_t code_point) {
  return std::ranges::any_of(kUnprintable, [code_point](const Range& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

}  // namespace

Character first_character(std::string_view text) {
  const Lead lead = lead_of(static_cast<unsigned char>(text.front()));
  if (lead.size == 0 || lead.size > text.size()) return {};
  std::uint32_t code_point = lead.bits;
  for (const char c : text.substr(1, lead.size - 1)) {
    const std::uint32_t byte = static_cast<unsigned char>(c);
    if (byte < 0x80 || byte > 0xBF) return {};
    code_point = (code_point << kBitsOfContinuation) | (byte & 0x3FU);
  }
  if (code_point < lead.smallest || code_point > kLargest || is_surrogate(code_point)) return {};
  return {.size = lead.size, .printable = !is_unprintable(code_point)};
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.printable) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    const bool is_ascii = static_cast<unsigned char>(text.front()) < 0x80;
    if (character.size == 1 && !is_ascii) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count)
    text.remove_prefix(first_character(text).size);
  return count;
}

}  // namespace walstow
