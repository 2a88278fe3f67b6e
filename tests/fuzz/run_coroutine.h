// Runs a coroutine to its end on the caller's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <utility>

namespace walstow {

// Throws what the coroutine threw. Waits for all work on `io`, so the coroutine's timers must end
// with it.
inline void run_to_its_end(boost::asio::io_context& io, boost::asio::awaitable<void> coroutine) {
  std::exception_ptr failed;
  boost::asio::co_spawn(io, std::move(coroutine),
                        [&failed](const std::exception_ptr& error) { failed = error; });
  io.run();
  if (failed) std::rethrow_exception(failed);
}

}  // namespace walstow
