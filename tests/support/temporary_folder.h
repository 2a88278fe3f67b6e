// A new, empty folder of the operating system, removed with all below it at the end of its scope.
#pragma once

#include "proto/base/filesystem.h"

namespace walstow {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace walstow
