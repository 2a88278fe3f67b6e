// The threads that touch the archive, and blocking work of a coroutine that is done on them.
//
// Of what waits for a thread, puts go first, since a primary whose WAL cannot go fills its own
// disk; but every fourth turn goes to a get, and every eighth to anything else, so that nothing
// waits for ever. All else has half of the threads at most: long work of administrators leaves
// room.
//
// Threads: any.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

namespace walstow {

class WorkerPool {
 public:
  enum class Kind { kPut, kGet, kOther };

  explicit WorkerPool(std::size_t threads);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `job` once, on one of the threads. What it throws ends the process.
  template <class Callable>
  void post(Kind kind, Callable job) {
    add(kind, std::make_unique<JobOf<Callable>>(std::move(job)));
  }
  // Waits until all work is done. Nothing is posted from then on.
  void join() { threads_.join(); }

 private:
  struct Job {
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;
    virtual void run() = 0;
  };
  template <class Callable>
  struct JobOf final : Job {
    explicit JobOf(Callable callable) : call(std::move(callable)) {}
    void run() override { call(); }
    Callable call;
  };
  using Queue = std::deque<std::unique_ptr<Job>>;

  void add(Kind kind, std::unique_ptr<Job> job);
  void run_next();
  std::unique_ptr<Job> take(Kind& kind);
  Queue& queue(Kind kind) { return waiting_[static_cast<std::size_t>(kind)]; }

  const std::size_t most_others_;
  std::mutex mutex_;  // of all that follows but threads_
  std::array<Queue, 3> waiting_;
  std::size_t others_ = 0;  // at work
  int puts_in_a_row_ = 0;
  int without_others_ = 0;            // turns, one after the other
  boost::asio::thread_pool threads_;  // last: what they run uses all above
};

// The coroutine goes on on its own executor when `work` is done, with what it returned or threw.
// Work that was begun is always waited for, also when what waits for it has been cancelled: it uses
// what the coroutine owns. (A co_spawn onto another executor would pass that failure on as a
// cancellation, whose signal, in Boost 1.81, the worker may reach after the coroutine freed it.)
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work>> run_on(WorkerPool& workers,
                                                          WorkerPool::Kind kind, Work work) {
  using Result = std::invoke_result_t<Work>;
  auto start = [&workers, kind](auto handler, Work blocking) {
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
    workers.post(kind, std::move(job));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                     void(std::exception_ptr, Result)>(
      std::move(start), boost::asio::use_awaitable, std::move(work));
}

}  // namespace walstow
