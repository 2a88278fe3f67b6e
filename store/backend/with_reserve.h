// Work that gets out of a full medium: a prune, and what an administrator asks for.
#pragma once

#include "proto/base/error.h"
#include "store/backend/backend.h"

namespace walstow {

// On a full medium the space that is held for this gives way, and the step is done once more, so it
// may be done twice. The end of a prune, and others that make room, hold it again. Errors: those of
// the step.
template <class Step>
auto with_reserve(Backend& backend, const Step& step) {
  try {
    return step();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kStorage || !backend.give_up_reserve()) throw;
  }
  return step();
}

}  // namespace walstow
