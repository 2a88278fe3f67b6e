// Errors of Asio's own, which say neither what failed nor what helps.
#pragma once

#include <boost/system/error_code.hpp>

#include <string>

namespace walstow {

// Throws Error{kUnavailable, "<what>: <the error's text>"}, with start_hint() where the error is
// the system's: no thread, no socket or no descriptor was left.
[[noreturn]] void throw_asio_error(const std::string& what, const boost::system::error_code& error);

}  // namespace walstow
