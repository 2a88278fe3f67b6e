// What a store may refuse: a value, or the refusal. Boost's result, so that each step reads
// `if (!found) return found.error();` and goes on with `found.value()`.
#pragma once

#include <boost/system/result.hpp>

#include "proto/base/error.h"
#include "proto/wire/refusal.h"

namespace walstow {

template <class Value>
using OrRefusal = boost::system::result<Value, Refusal>;

// What value() of a refusal comes to, by the name that Boost looks for: Error{kRefused} in its
// words.
[[noreturn]] inline void throw_exception_from_error(const Refusal& refusal,
                                                    const boost::source_location&) {
  throw Error(ErrorKind::kRefused, refusal.message, refusal.hint);
}

}  // namespace walstow
