// A value, or the store's refusal. The type is Boost's result. So a step of a function is `if
// (!found) return found.error();`, and the next step uses `found.value()`.
#pragma once

#include <boost/system/result.hpp>

#include "proto/base/error.h"
#include "proto/wire/refusal.h"

namespace walstow {

template <class Value>
using OrRefusal = boost::system::result<Value, Refusal>;

// If there is no value, value() calls this function, which Boost finds by its name. It throws
// Error{kRefused} with the refusal's message and hint.
[[noreturn]] inline void throw_exception_from_error(const Refusal& refusal,
                                                    const boost::source_location&) {
  throw Error(ErrorKind::kRefused, refusal.message, refusal.hint);
}

}  // namespace walstow
