#include "proto/base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace walstow {
namespace {

TEST(ErrorTest, EveryKindHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const ErrorKind kind :
       {ErrorKind::kUsage, ErrorKind::kInvalid, ErrorKind::kRefused, ErrorKind::kUnavailable,
        ErrorKind::kTimeout, ErrorKind::kDamaged, ErrorKind::kStorage, ErrorKind::kFatal}) {
    names.insert(to_string(kind));
  }
  EXPECT_EQ(names.size(), 8U);
  EXPECT_EQ(names.count("unknown"), 0U);
}

TEST(ErrorTest, SystemMessagesAreTheUsualOnes) {
  EXPECT_EQ(system_message(ENOENT), "No such file or directory");
  EXPECT_EQ(system_message(99999), "error 99999");
}

TEST(ErrorTest, SystemErrorsNameTheCauseAndAWayOut) {
  struct Case {
    int number;
    const char* message;
    const char* hint_part;
  };
  for (const Case& tested : {
           Case{ENOSPC, "could not x: No space left on device", "Free some space"},
           Case{EDQUOT, "could not x: Disk quota exceeded", "quota"},
           Case{EROFS, "could not x: Read-only file system", "read-only"},
           Case{EACCES, "could not x: Permission denied", "permissions"},
           Case{EPERM, "could not x: Operation not permitted", "permissions"},
           Case{EMFILE, "could not x: Too many open files", "limit on open files"},
           Case{ENFILE, "could not x: Too many open files in system", "limit"},
           Case{EIO, "could not x: Input/output error", "disk"},
           Case{ESTALE, "could not x: Stale file handle", "mount"},
           Case{ENOTDIR, "could not x: Not a directory", "Symbolic links"},
       }) {
    try {
      throw_system_error("could not x", tested.number);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kStorage);
      EXPECT_STREQ(error.what(), tested.message);
      EXPECT_NE(error.hint().find(tested.hint_part), std::string::npos) << error.hint();
    }
  }
}

TEST(ErrorTest, TheLimitOfProcessesIsNamedOnlyWhereOneIsStarted) {
  EXPECT_NE(start_hint(EAGAIN).find("limit on processes"), std::string::npos);
  EXPECT_EQ(start_hint(EMFILE), system_hint(EMFILE));
  EXPECT_EQ(system_hint(EAGAIN), "");  // of a lock, of a descriptor that does not wait
  EXPECT_EQ(system_hint(EWOULDBLOCK), "");
}

}  // namespace
}  // namespace walstow
