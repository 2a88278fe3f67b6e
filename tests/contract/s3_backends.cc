// A backend on a real S3 service. A program of its own, since that takes seconds to start.
#include "store/backend/s3/s3_backend.h"
#include "tests/contract/backends.h"
#include "tests/support/answer_relay.h"
#include "tests/support/s3_gateway.h"

namespace walstow {
namespace {

class S3Fixture final : public BackendFixture {
 public:
  Backend& one() override { return *one_; }
  Backend& other() override { return *other_; }

 private:
  const S3Options options_ = S3Gateway::instance().options();
  std::unique_ptr<Backend> one_ = make_s3_backend(options_);
  std::unique_ptr<Backend> other_ = make_s3_backend(options_);
};

// The same, while the answers to every third PUT get lost: each has taken effect, and nobody was
// told. All promises must hold to the letter.
class LosingFixture final : public BackendFixture {
 public:
  Backend& one() override { return *one_; }
  Backend& other() override { return *other_; }

 private:
  S3Options options() const {
    S3Options options = S3Gateway::instance().options();
    options.endpoint = loser_.endpoint();
    return options;
  }
  AnswerRelay loser_{S3Gateway::instance().endpoint(), AnswerRelay::Fault::kLostAfterPut};
  const S3Options options_ = options();
  std::unique_ptr<Backend> one_ = make_s3_backend(options_);
  std::unique_ptr<Backend> other_ = make_s3_backend(options_);
};

std::vector<BackendKind> s3_backends() {
  using Fixture = std::unique_ptr<BackendFixture>;
  return {{"S3", []() -> Fixture { return std::make_unique<S3Fixture>(); }},
          {"S3ThatLosesAnswers", []() -> Fixture { return std::make_unique<LosingFixture>(); }}};
}

INSTANTIATE_TEST_SUITE_P(Every, BackendContractTest, testing::ValuesIn(s3_backends()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace walstow
