#include "proto/link/asio_error.h"

#include <fmt/format.h>

#include "proto/base/error.h"

namespace walstow {

void throw_asio_error(const std::string& what, const boost::system::error_code& error) {
  // Other categories have their own numbers. Asio itself waits where EAGAIN means "not ready", so
  // here it comes from a thread that could not be started.
  const bool is_systems = error.category() == boost::system::system_category() ||
                          error.category() == boost::system::generic_category();
  throw Error(ErrorKind::kUnavailable, fmt::format("{}: {}", what, error.message()),
              is_systems ? start_hint(error.value()) : "");
}

}  // namespace walstow
