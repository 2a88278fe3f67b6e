#include "tests/support/temporary_folder.h"

#include <cerrno>
#include <stdlib.h>
#include <string>
#include <system_error>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"

namespace walstow {

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "walstow-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw_system_error("could not create folder \"" + name + "\"", errno);
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  boost::system::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace walstow
