// A reply in the form in which it is sent.
#pragma once

#include <string>

#include "store/files/reply.h"

namespace walstow {

enum class AfterReply { kKeepConnection, kClose };

// Returns the reply's head, and its body if the body is in memory (Reply::body).
std::string to_wire(const Reply& reply, AfterReply after);

}  // namespace walstow
