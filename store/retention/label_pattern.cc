// fnmatch() knows characters of several bytes only by the locale of the process. That is "C" here,
// whatever the administrator's is: a policy must not depend on the user who started walstowd. In
// "C" a character is one byte. So each character that occurs gets a byte of its own, in the order
// of the code points, on which ranges depend.
#include "store/retention/label_pattern.h"

#include <algorithm>
#include <fnmatch.h>
#include <string>
#include <vector>

#include "proto/base/utf8.h"

namespace walstow {
namespace {

constexpr std::size_t kFreeBytes = 128;  // those that are not ASCII
constexpr unsigned char kFirstFree = 0x80;

bool is_ascii(std::string_view character) {
  return character.size() == 1 && static_cast<unsigned char>(character.front()) < kFirstFree;
}

template <class Take>
void for_each_character(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t size = first_character(text).size;
    take(text.substr(0, size));
    text.remove_prefix(size);
  }
}

// Characters in UTF-8 have the order of their code points.
using Alphabet = std::vector<std::string_view>;

void collect(std::string_view text, Alphabet& alphabet) {
  for_each_character(text, [&](std::string_view character) {
    if (!is_ascii(character)) alphabet.push_back(character);
  });
}

std::string in_single_bytes(std::string_view text, const Alphabet& alphabet) {
  std::string bytes;
  for_each_character(text, [&](std::string_view character) {
    if (is_ascii(character)) {
      bytes += character;
      return;
    }
    const auto place = std::ranges::lower_bound(alphabet, character) - alphabet.begin();
    bytes += static_cast<char>(kFirstFree + place);
  });
  return bytes;
}

}  // namespace

bool matches_label(std::string_view pattern, std::string_view label) {
  Alphabet alphabet;
  collect(pattern, alphabet);
  collect(label, alphabet);
  std::ranges::sort(alphabet);
  alphabet.erase(std::unique(alphabet.begin(), alphabet.end()), alphabet.end());
  if (alphabet.size() > kFreeBytes) {
    return fnmatch(std::string(pattern).c_str(), std::string(label).c_str(), 0) == 0;
  }
  return fnmatch(in_single_bytes(pattern, alphabet).c_str(),
                 in_single_bytes(label, alphabet).c_str(), 0) == 0;
}

}  // namespace walstow
