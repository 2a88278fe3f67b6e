// The texts of the manual pages that the programs' tables do not contain.
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

// Sorted by section and name.
std::span<const ManualText> manual_texts();

// Throws std::out_of_range if there is no such page.
const ManualText& manual_text_of(std::string_view name);

}  // namespace walstow
