// Asio's errors name neither the failed operation nor a remedy; this adds both.
#pragma once

#include <boost/system/error_code.hpp>

#include <string>

namespace walstow {

// Throws Error{kUnavailable, "<what>: <the error's text>"}. Adds start_hint() for the system's
// errors: no thread, no socket or no descriptor was left.
[[noreturn]] void throw_asio_error(const std::string& what, const boost::system::error_code& error);

}  // namespace walstow
