// Steps that help to empty a full medium: those of a prune and of an administrator's command.
#pragma once

#include "proto/base/error.h"
#include "store/backend/backend.h"

namespace walstow {

// Runs the step. On a full medium it frees the reserve and runs the step once more, so the step may
// run twice. The end of a prune, and other steps that make room, hold the reserve again. Errors:
// those of the step.
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
