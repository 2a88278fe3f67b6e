// Every backend that the contract suite runs over.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "store/backend/backend.h"

namespace walstow {

// An empty archive for one test. The two backends are two processes' views of it, where there can
// be several; else they are the same.
class BackendFixture {
 public:
  BackendFixture() = default;
  BackendFixture(const BackendFixture&) = delete;
  BackendFixture& operator=(const BackendFixture&) = delete;
  virtual ~BackendFixture() = default;
  virtual Backend& one() = 0;
  virtual Backend& other() = 0;
};

struct BackendKind {
  std::string name;
  std::unique_ptr<BackendFixture> (*make)();
  friend std::ostream& operator<<(std::ostream& out, const BackendKind& kind) {
    return out << kind.name;
  }
};

// Its tests stand in several files, and run over every backend (backends.cc).
class BackendContractTest : public testing::TestWithParam<BackendKind> {
 protected:
  Backend& backend() { return fixture_->one(); }
  Backend& other() { return fixture_->other(); }

 private:
  std::unique_ptr<BackendFixture> fixture_ = GetParam().make();
};

// --- what tests do with any backend ---

std::unique_ptr<StagedObject> stage_text(Backend& backend, std::string_view content);
PublishResult publish_text(Backend& backend, const std::string& key, std::string_view content);
std::string read_all(ObjectSource& source);
// nullopt: absent.
std::optional<std::string> object_text(Backend& backend, const std::string& key);
// Starts all at once, and waits for all.
void run_together(std::size_t count, const std::function<void(std::size_t)>& run);

}  // namespace walstow
