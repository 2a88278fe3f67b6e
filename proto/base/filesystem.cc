#include "proto/base/filesystem.h"

#include <boost/system/error_code.hpp>

namespace walstow {

std::string absolute_path(const std::string& path) {
  boost::system::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute.string();
}

}  // namespace walstow
