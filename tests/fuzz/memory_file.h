// A file in memory with a path, for functions that read files by path.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/descriptor.h"

namespace walstow {

class MemoryFile {
 public:
  // Mode 0600.
  explicit MemoryFile(std::string_view content);
  std::string path() const;

 private:
  Descriptor descriptor_;
};

}  // namespace walstow
