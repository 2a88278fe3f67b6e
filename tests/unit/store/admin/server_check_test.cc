#include "store/admin/check/server_check.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include "proto/base/error.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

// "": it was opened.
std::string refusal_of(const fs::path& folder) {
  try {
    open_as_its_owner(folder.string());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "";
}

bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr uid_t kNobody = 65534;

// Root would otherwise become whoever owns the folder that a link leads to, or stay root.
TEST(OpenAsItsOwnerTest, FolderOfRoot) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "data");
  fs::permissions(folder.path() / "data", fs::owner_all);
  fs::create_symlink(folder.path() / "data", folder.path() / "link");
  for (const char* const name : {"data", "link"}) {
    const std::string refusal = refusal_of(folder.path() / name);
    EXPECT_EQ(mentions(refusal, "belongs to root"), geteuid() == 0) << refusal;
  }
  EXPECT_TRUE(mentions(refusal_of("/"), "belongs to root"));
}

// Somebody else could have written the files that decide which program runs.
TEST(OpenAsItsOwnerTest, FolderThatIsOpenToOthers) {
  const TemporaryFolder folder;
  if (geteuid() == 0) {
    ASSERT_EQ(chown(folder.path().c_str(), kNobody, kNobody), 0);
  }
  for (const auto mode : {fs::owner_all | fs::group_write, fs::owner_all | fs::others_read,
                          fs::owner_all | fs::others_exe}) {
    fs::permissions(folder.path(), mode);
    EXPECT_TRUE(mentions(refusal_of(folder.path()), "is open to other users"));
  }
}

TEST(OpenAsItsOwnerTest, NoFolder) {
  const TemporaryFolder folder;
  EXPECT_TRUE(mentions(refusal_of(folder.path() / "nothing"), "could not open data directory"));
}

}  // namespace
}  // namespace walstow
