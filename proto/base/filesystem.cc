#include "proto/base/filesystem.h"

#include <boost/system/error_code.hpp>

#include <algorithm>
#include <fmt/format.h>

namespace walstow {

std::string absolute_path(const std::string& path) {
  boost::system::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute.string();
}

std::string normalized(const std::string& path) {
  if (!path.starts_with('/')) return path;
  std::string text;
  // Without the leading slashes: Boost takes two of them for the start of a host's name.
  for (const fs::path& part :
       fs::path(path.substr(std::min(path.find_first_not_of('/'), path.size())))) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      text.resize(text.empty() ? 0 : text.rfind('/'));
    } else {
      text += fmt::format("/{}", part.string());
    }
  }
  return text.empty() ? "/" : text;
}

}  // namespace walstow
