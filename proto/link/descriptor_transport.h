// A transport over file descriptors: standard streams, a socketpair, the pipes of an sshd.
#pragma once

#include <memory>

#include "proto/base/descriptor.h"
#include "proto/link/byte_stream.h"

namespace walstow {

// `write` may be empty if `read` serves both directions (a socket). Makes both descriptors
// non-blocking.
std::unique_ptr<Transport> make_descriptor_transport(boost::asio::any_io_executor executor,
                                                     Descriptor read, Descriptor write);

}  // namespace walstow
