// The local link: a `walstowd --stdio` of our own as a child, at the other end of a socketpair,
// under the rights of the operating system's user. The same protocol and promises as every other
// link.
#pragma once

#include <memory>
#include <string>

#include "proto/link/byte_stream.h"

namespace walstow {

struct LocalStore {
  std::string archive;   // the archive's folder, absolute
  std::string walstowd;  // path of the executable
};

// Throws Error{kUnavailable} when the program cannot be started. The child ends by itself when the
// transport goes (its standard input ends), and is waited for, a second at most, then killed.
std::unique_ptr<Transport> connect_local(boost::asio::any_io_executor executor,
                                         const LocalStore& store);

}  // namespace walstow
