#include "tests/support/temporary_folder.h"

#include <cerrno>
#include <stdlib.h>
#include <string>
#include <system_error>

#include "proto/base/error.h"

namespace walstow {

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "walstow-test-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    throw_system_error("could not make folder \"" + name + "\"", errno);
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace walstow
