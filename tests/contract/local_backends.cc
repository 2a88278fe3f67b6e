// The backends that need nothing but this process and its file system.
#include "proto/files/file_system.h"
#include "store/backend/directory_backend.h"
#include "store/backend/memory_backend.h"
#include "tests/contract/backends.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

class MemoryFixture final : public BackendFixture {
 public:
  Backend& one() override { return *backend_; }
  Backend& other() override { return *backend_; }

 private:
  std::unique_ptr<Backend> backend_ = make_memory_backend();
};

class DirectoryFixture final : public BackendFixture {
 public:
  explicit DirectoryFixture(TemporaryStyle temporaries)
      : options_{.temporary_folder = "_tmp", .temporaries = temporaries} {}
  Backend& one() override { return *one_; }
  Backend& other() override { return *other_; }

 private:
  std::unique_ptr<Backend> open() const {
    return make_directory_backend(open_posix_file_system(folder_.path().string(), options_));
  }
  PosixFileSystemOptions options_;
  TemporaryFolder folder_;
  std::unique_ptr<Backend> one_ = open();
  std::unique_ptr<Backend> other_ = open();
};

class ForgetfulFixture final : public BackendFixture {
 public:
  Backend& one() override { return *one_; }
  Backend& other() override { return *other_; }

 private:
  ForgetfulDisk disk_;
  std::unique_ptr<Backend> one_ = make_directory_backend(disk_.mount());
  std::unique_ptr<Backend> other_ = make_directory_backend(disk_.mount());
};

std::vector<BackendKind> all_backends() {
  using Fixture = std::unique_ptr<BackendFixture>;
  return {
      {"Memory", []() -> Fixture { return std::make_unique<MemoryFixture>(); }},
      {"Directory",
       []() -> Fixture { return std::make_unique<DirectoryFixture>(TemporaryStyle::kAutomatic); }},
      {"DirectoryWithNamedTemporaries",
       []() -> Fixture { return std::make_unique<DirectoryFixture>(TemporaryStyle::kNamed); }},
      {"ForgetfulDirectory", []() -> Fixture { return std::make_unique<ForgetfulFixture>(); }},
  };
}

// Once, for the tests of all files of the suite.
INSTANTIATE_TEST_SUITE_P(Every, BackendContractTest, testing::ValuesIn(all_backends()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace walstow
