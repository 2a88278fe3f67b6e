// Blocking work of a coroutine, done on a thread pool.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace walstow {

// The coroutine goes on on its own executor when `work` is done, with what it returned or threw.
// Work that was begun is always waited for, also when what waits for it has been cancelled: it uses
// what the coroutine owns. (A co_spawn onto another executor would pass that failure on as a
// cancellation, whose signal, in Boost 1.81, the worker may reach after the coroutine freed it.)
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work>> run_on(boost::asio::thread_pool& workers,
                                                          Work work) {
  using Result = std::invoke_result_t<Work>;
  auto start = [&workers](auto handler, Work blocking) {
    auto home = boost::asio::make_work_guard(handler);
    auto job = [handler = std::move(handler), home = std::move(home),
                blocking = std::move(blocking)]() mutable {
      std::exception_ptr error;
      Result result{};
      try {
        result = blocking();
      } catch (...) {
        error = std::current_exception();
      }
      boost::asio::post(home.get_executor(), [handler = std::move(handler), error,
                                              result = std::move(result)]() mutable {
        handler(error, std::move(result));
      });
    };
    boost::asio::post(workers, std::move(job));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                     void(std::exception_ptr, Result)>(
      std::move(start), boost::asio::use_awaitable, std::move(work));
}

}  // namespace walstow
