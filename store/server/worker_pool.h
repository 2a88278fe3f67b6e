// The threads that touch the archive, and the blocking work that coroutines run on them.
//
// Puts come first, since a primary that cannot archive its WAL fills its own disk. But every fourth
// turn belongs to a get, and every eighth to other work, so that no job waits forever. Other work
// has at most half of the threads, so that administrators' long commands leave room for the rest.
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

  // Runs `job` once, on one of the threads. If the job throws an exception, the process ends.
  template <class Callable>
  void post(Kind kind, Callable job) {
    add(kind, std::make_unique<JobOf<Callable>>(std::move(job)));
  }
  // Waits until all work is done. From then on, no thread may post a job.
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
  std::mutex mutex_;  // guards all members that follow, except threads_
  std::array<Queue, 3> waiting_;
  std::size_t others_ = 0;  // threads that run other jobs now
  int puts_in_a_row_ = 0;
  int without_others_ = 0;            // consecutive turns without other work
  boost::asio::thread_pool threads_;  // the last member: the jobs use all members above
};

// Runs `work` on a worker. Then the coroutine continues on its own executor, with the result or the
// exception. A coroutine always waits for work that has begun, even if the coroutine was cancelled:
// the work uses the coroutine's objects. (A co_spawn onto another executor would pass a
// cancellation on. In Boost 1.81, its signal may reach the worker after the coroutine has freed
// it.)
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
