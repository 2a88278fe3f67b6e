#include "store/server/caller_check.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

class CallerCheckTest : public ServiceTest {
 protected:
  // The code of the refusal, or "none".
  std::string check(const Caller& asking) {
    boost::asio::io_context io;
    std::string code = "no answer";
    boost::asio::co_spawn(io, check_.refusal(asking),
                          [&code](std::exception_ptr error, std::optional<Refusal> refusal) {
                            if (!error) code = refusal ? info_of(refusal->code).text : "none";
                          });
    io.run();
    return code;
  }

  WorkerPool workers_{1};
  CallerCheck check_{handler, workers_};
};

TEST_F(CallerCheckTest, OnlyWhoIsRegisteredMayAsk) {
  const Caller stranger{.kind = Caller::Kind::kNamed, .name = "gone"};
  ask_as_client({Right::kRestore});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(check(caller), "none");
    EXPECT_EQ(check(stranger), "unknown-client");
  }
  Caller other_key = caller;
  other_key.fingerprint = "of another key";
  EXPECT_EQ(check(other_key), "unknown-client");
}

TEST_F(CallerCheckTest, RegistryThatCannotBeReadRefusesNobody) {
  fs::remove_all(archive_folder);
  EXPECT_EQ(check({.kind = Caller::Kind::kNamed, .name = "db2"}), "none");
}

}  // namespace
}  // namespace walstow
