// Every fuzz target.
#pragma once

#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace walstow {

inline std::vector<FuzzTarget> all_targets() {
  std::vector<FuzzTarget> all;
  for (const auto group : {wal_targets(), codec_targets(), wire_targets(), http_targets(),
                           link_targets(), file_targets(), store_targets()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace walstow
