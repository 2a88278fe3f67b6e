#include "store/admin/log/primary.h"

#include <gtest/gtest.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

TEST(PrimaryTest, AnswerOfPsql) {
  const SwitchedSegment end =
      parse_switched_segment("7712431360773054789|00000002000000000000000A|0/A000158\n");
  EXPECT_EQ(end.system_identifier, 7712431360773054789U);
  EXPECT_EQ(end.timeline, Timeline{2});
  EXPECT_EQ(end.lsn, Lsn{0xA000158});
}

TEST(PrimaryTest, OtherAnswersAreRefused) {
  for (const char* const line :
       {"", "5|x|0/1", "x|00000002000000000000000A|0/A000158", "5|00000002000000000000000A|",
        "5|00000002000000000000000A", "5|00000002000000000000000A|0/A000158|6"}) {
    EXPECT_THROW(parse_switched_segment(line), Error) << line;
  }
}

TEST(PrimaryTest, PasswordsInAConnectionString) {
  for (const char* const with :
       {"host=a password=x", "password = x host=a", "sslpassword=x", "postgresql://me:x@a/db",
        "postgres://me:x@a,b/db?connect_timeout=3", "postgresql://a/db?password=x",
        "postgresql://u@h/db?pass%77ord=x", "postgresql://u@h/d&b?a=1&sslpassword=x",
        "postgresql://u:a?b@h/db", "postgresql://h/db?oauth_client_secret=x", "host=a password\n=x",
        "host = a\tpassword\f=\nx", "host='a b' password='x'",
        "application_name='it\\'s' password=x", "user=me oauth_client_secret=x"}) {
    EXPECT_TRUE(contains_password(with)) << with;
  }
  for (const char* const without :
       {"", "host=a passfile=/x", "postgresql://me@a:5432/db", "postgresql://a:5432/x:y@z",
        "postgresql:///db?host=/run", "dbname=password", "application_name='password=1'",
        "application_name=x\\ password=1", "application_name=password",
        "postgresql://me@a/db?application_name=password%3D1", "postgresql://me@a/p:x@y", "mydb"}) {
    EXPECT_FALSE(contains_password(without)) << without;
  }
}

}  // namespace
}  // namespace walstow
