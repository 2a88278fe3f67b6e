#include "proto/link/local_store.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>

#include "proto/base/deadline.h"
#include "proto/base/filesystem.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

// Signals that are handled, one after the other, for as long as it lives: to the thread that made
// it.
class SignalStorm {
 public:
  SignalStorm() {
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART
    sigaction(SIGUSR1, &action, &before_);
    thread_ = std::thread([this, victim = pthread_self()] {
      while (!over_) {
        pthread_kill(victim, SIGUSR1);
        std::this_thread::sleep_for(Duration(20));
      }
    });
  }
  SignalStorm(const SignalStorm&) = delete;
  SignalStorm& operator=(const SignalStorm&) = delete;
  ~SignalStorm() {
    over_ = true;
    thread_.join();
    sigaction(SIGUSR1, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

// No descriptor can be opened for as long as it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

class LocalStoreTest : public testing::Test {
 protected:
  // A connection to a store that runs `script`, which has begun.
  std::unique_ptr<Transport> connect(const std::string& script) {
    const fs::path program = folder_.path() / "store";
    std::ofstream(program) << "#!/bin/sh\necho $$ > " << pid_file_.string() << ".new\nmv "
                           << pid_file_.string() << ".new " << pid_file_.string() << "\n"
                           << script << "\n";
    fs::permissions(program, fs::perms::owner_all);
    auto transport = connect_local(context_.get_executor(),
                                   {.archive = "/mnt/archive", .walstowd = program.string()});
    const Deadline give_up = Deadline::after(Duration(20'000));
    while (!fs::exists(pid_file_) && !give_up.passed())
      std::this_thread::sleep_for(Duration(5));
    std::ifstream(pid_file_) >> pid_;
    return transport;
  }

  // How long it takes to end the connection.
  static Duration end(std::unique_ptr<Transport> transport) {
    const Clock::time_point begin = Clock::now();
    transport.reset();
    return std::chrono::duration_cast<Duration>(Clock::now() - begin);
  }

  bool is_gone() const { return pid_ > 0 && ::kill(pid_, 0) != 0 && errno == ESRCH; }

  TemporaryFolder folder_;
  fs::path pid_file_ = folder_.path() / "pid";
  boost::asio::io_context context_;
  pid_t pid_ = 0;
};

// It does not hear that its input has ended; by itself it ends much later.
constexpr const char* kDeaf = "exec sleep 15";
constexpr Duration kItsTime{1000};
constexpr Duration kSoon{5000};

TEST_F(LocalStoreTest, AChildThatEndsWithItsInputIsNotWaitedForLonger) {
  auto transport = connect("exec cat");
  EXPECT_LT(end(std::move(transport)), kItsTime);
  EXPECT_TRUE(is_gone());
}

TEST_F(LocalStoreTest, AChildThatDoesNotEndIsKilled) {
  auto transport = connect(kDeaf);
  const Duration took = end(std::move(transport));
  EXPECT_GE(took, kItsTime - Duration(10));
  EXPECT_LT(took, kSoon);
  EXPECT_TRUE(is_gone());
}

TEST_F(LocalStoreTest, SignalsNeitherSpareTheChildNorCutItsTimeShort) {
  auto transport = connect(kDeaf);
  const SignalStorm storm;
  const Duration took = end(std::move(transport));
  EXPECT_GE(took, kItsTime - Duration(10));
  EXPECT_LT(took, kSoon);
  EXPECT_TRUE(is_gone());
}

TEST_F(LocalStoreTest, TheSameWithoutADescriptorForTheWait) {
  auto transport = connect(kDeaf);
  const SignalStorm storm;
  Duration took{};
  {
    const NoDescriptors none;  // the sanitizers need some, too
    took = end(std::move(transport));
  }
  EXPECT_GE(took, kItsTime - Duration(10));
  EXPECT_LT(took, kSoon);
  EXPECT_TRUE(is_gone());
}

}  // namespace
}  // namespace walstow
