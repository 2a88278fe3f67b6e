#include "store/backend/attempts.h"

#include <fmt/core.h>

#include "proto/base/error.h"

namespace walstow {

void throw_gave_up(std::string_view key) {
  throw Error(ErrorKind::kUnavailable,
              fmt::format("gave up on \"{}\": other requests kept changing it", key),
              "Repeat the request.");
}

}  // namespace walstow
