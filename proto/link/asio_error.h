// Asio's errors name neither the failed operation nor a remedy. This function adds both.
#pragma once

#include <boost/system/error_code.hpp>

#include <string>

namespace walstow {

// Throws Error{kUnavailable, "<what>: <the error's text>"}. If it is an error of the operating
// system, such as a lack of threads, sockets or descriptors, adds start_hint().
[[noreturn]] void throw_asio_error(const std::string& what, const boost::system::error_code& error);

}  // namespace walstow
