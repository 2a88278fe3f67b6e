// Runs every input of the corpus through its target, so that no known fault returns. One test for
// each target; tests/fuzz/run searches for new inputs.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "proto/base/filesystem.h"
#include "tests/fuzz/all_targets.h"

namespace walstow {
namespace {

const fs::path kCorpus = fs::path(WALSTOW_SOURCE_FOLDER) / "tests" / "fuzz" / "corpus";

std::string content_of(const fs::path& path) {
  std::ifstream file(path.string(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class CorpusTest : public testing::TestWithParam<FuzzTarget> {};

TEST_P(CorpusTest, EveryInputKeepsTheProperties) {
  std::size_t inputs = 0;
  for (const auto& entry : fs::directory_iterator(kCorpus / std::string(GetParam().name))) {
    SCOPED_TRACE(entry.path().string());
    const std::string input = content_of(entry.path());
    EXPECT_NO_THROW(GetParam().run(as_bytes(input)));
    ++inputs;
  }
  EXPECT_GT(inputs, 0U);
}

INSTANTIATE_TEST_SUITE_P(Targets, CorpusTest, testing::ValuesIn(all_targets()),
                         [](const testing::TestParamInfo<FuzzTarget>& test) {
                           return std::string(test.param.name);
                         });

TEST(CorpusFolderTest, HasAFolderForEachTargetAndNoOther) {
  std::size_t folders = 0;
  for (const auto& entry : fs::directory_iterator(kCorpus)) {
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(std::ranges::count(all_targets(), name, &FuzzTarget::name) == 1) << name;
    ++folders;
  }
  EXPECT_EQ(folders, all_targets().size());
}

}  // namespace
}  // namespace walstow
