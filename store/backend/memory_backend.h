// An archive in memory: the reference for the contract suite, and a fast backend for unit tests.
#pragma once

#include <memory>

#include "store/backend/backend.h"

namespace walstow {

// The archive's content lives as long as the returned object.
std::unique_ptr<Backend> make_memory_backend();

}  // namespace walstow
