// Runs steps that can make room on a full medium: the steps of a prune, and of administrators'
// commands.
#pragma once

#include "proto/base/error.h"
#include "store/backend/backend.h"

namespace walstow {

// Runs `step`. If the medium is full, it frees the reserve and runs the step once more. So the step
// may run twice. The end of a prune, and other steps that make room, create the reserve again.
// Throws what the step throws.
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
