// The Error that a call throws.
#pragma once

#include <optional>
#include <stdexcept>

#include "proto/base/error.h"

namespace walstow {

// nullopt: the call throws no Error.
template <class Call>
std::optional<ErrorKind> kind_thrown(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

// Throws std::logic_error if the call throws no Error.
template <class Call>
Error error_thrown(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("no Error was thrown");
}

}  // namespace walstow
