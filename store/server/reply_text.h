// A reply as it is on the wire.
#pragma once

#include <string>

#include "store/files/reply.h"

namespace walstow {

enum class AfterReply { kKeepConnection, kClose };

// The reply's head, and its body if that is a text.
std::string to_wire(const Reply& reply, AfterReply after);

}  // namespace walstow
