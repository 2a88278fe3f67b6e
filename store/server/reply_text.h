// A reply as it is on the wire.
#pragma once

#include <string>

#include "store/files/reply.h"

namespace walstow {

enum class AfterReply { kKeepConnection, kClose };

// Its head, and its body where that is a text.
std::string to_wire(const Reply& reply, AfterReply after);

}  // namespace walstow
