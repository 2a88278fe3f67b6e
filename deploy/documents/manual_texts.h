// What the manual pages have to say beyond the programs' tables.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace walstow {

struct ManualText {
  std::string_view name;  // "walstow-archive", "walstow.toml"
  int section = 1;
  std::string_view summary;                   // as apropos shows it
  std::vector<std::string_view> description;  // paragraphs
};

// In the order of sections and names.
std::span<const ManualText> manual_texts();

// Throws std::out_of_range for a page that is not there.
const ManualText& manual_text_of(std::string_view name);

}  // namespace walstow
