// All manual pages: those of the four programs and of their two settings files.
#pragma once

#include <string>
#include <vector>

namespace walstow {

struct ManualFile {
  std::string path;  // below share/man: "man1/walstow.1"
  std::string text;
};

std::vector<ManualFile> manual_pages();

}  // namespace walstow
