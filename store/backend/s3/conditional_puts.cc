#include "store/backend/s3/conditional_puts.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "proto/base/error.h"
#include "store/backend/s3/s3_text.h"

namespace walstow {
namespace {

// The slowest transfer that a large object is given time for.
constexpr std::uint64_t kLeastBytesPerSecond = std::uint64_t{1} << 20;

constexpr std::size_t kMarkSize = 8;    // bytes, in hex
constexpr std::size_t kMostMarks = 16;  // S3 takes 2 kB of metadata

// "MARK MARK MARK", the newest last.
std::string with_mark(std::string_view writes, const std::string& mark) {
  std::string all(writes);
  while (static_cast<std::size_t>(std::ranges::count(all, ' ')) + 1 >= kMostMarks)
    all.erase(0, all.find(' ') + 1);
  return all.empty() ? mark : fmt::format("{} {}", all, mark);
}
bool has_mark(std::string_view writes, std::string_view mark) {
  return !mark.empty() && writes.find(mark) != std::string_view::npos;
}
std::string_view newest_mark(std::string_view writes) {
  return writes.substr(writes.rfind(' ') + 1);
}

}  // namespace

ConditionalPuts::Result ConditionalPuts::put(const std::string& key, const S3Body& body,
                                             const Condition& condition) {
  const std::string mark = random_hex(kMarkSize);
  const std::string writes =
      with_mark(condition.existing == nullptr ? "" : condition.existing->writes, mark);
  const Duration sending(1000 * (body.size / kLeastBytesPerSecond));
  const Deadline give_up = Deadline::after(client_.service().options().patience + sending);
  bool tried = false;
  return client_.service().persist(give_up, [&](Deadline deadline) {
    const bool unknown = std::exchange(tried, true);
    if (unknown) {
      // Find out an unknown outcome before trying again.
      if (const auto found = find_out(key, mark, condition)) return *found;
    }
    const Result result = put_once(key, body, condition, writes, deadline);
    if (result == Result::kDone || !unknown) return result;
    return find_out(key, mark, condition).value_or(result);
  });
}

// nullopt: the put has not taken effect, and may be tried again.
std::optional<ConditionalPuts::Result> ConditionalPuts::find_out(const std::string& key,
                                                                 const std::string& mark,
                                                                 const Condition& condition) {
  const auto exists = client_.head(key);
  if (exists && has_mark(exists->writes, mark)) return Result::kDone;
  if (condition.existing == nullptr) {
    // If ours existed and was replaced since, the existing object is not ours either.
    if (exists) return Result::kOther;
    return std::nullopt;
  }
  if (exists && exists->etag == condition.existing->etag) return std::nullopt;
  const std::string_view before = newest_mark(condition.existing->writes);
  const bool all_marks_are_there =
      !exists || before.empty() || has_mark(exists->writes, before) ||
      static_cast<std::size_t>(std::ranges::count(exists->writes, ' ')) + 1 < kMostMarks;
  if (all_marks_are_there) return Result::kOther;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("cannot tell whether the write of \"{}\" took effect: too many clients "
                          "wrote that object at once",
                          key));
}

// Ceph before its release 17 compares If-Match with an ETag without quotes, and so finds that every
// quoted ETag differs. The first put that succeeds shows which form a service takes.
ConditionalPuts::Result ConditionalPuts::put_once(const std::string& key, const S3Body& body,
                                                  const Condition& condition,
                                                  const std::string& writes, Deadline deadline) {
  const EtagForm form = etag_form_;
  if (condition.existing == nullptr || form != EtagForm::kUnknown) {
    return put_with(form, key, body, condition, writes, deadline);
  }
  for (const EtagForm attempt : {EtagForm::kQuoted, EtagForm::kBare}) {
    const Result result = put_with(attempt, key, body, condition, writes, deadline);
    if (result == Result::kOther) continue;
    etag_form_ = attempt;
    return result;
  }
  return Result::kOther;
}

ConditionalPuts::Result ConditionalPuts::put_with(EtagForm form, const std::string& key,
                                                  const S3Body& body, const Condition& condition,
                                                  const std::string& writes, Deadline deadline) {
  S3Question question{
      .method = "PUT",
      .key = key,
      .headers = {{kS3Writes, writes}, {"content-type", "application/octet-stream"}},
      .body = &body};
  if (condition.existing == nullptr) {
    question.headers["if-none-match"] = "*";
  } else {
    const std::string& etag = condition.existing->etag;
    question.headers["if-match"] = form == EtagForm::kBare ? etag : fmt::format("\"{}\"", etag);
  }
  const auto exchange = client_.service().ask(question, deadline);
  const int status = exchange->status();
  const std::string answer = client_.service().whole_body(*exchange);
  if (status == 200) return Result::kDone;
  const auto fault = parse_s3_fault(answer);
  if (status == 412 && fault) return Result::kOther;
  const bool existed = condition.existing != nullptr;
  if (status == 404 && existed && fault && fault->code == "NoSuchKey") return Result::kOther;
  client_.service().refuse(question, *exchange, fault);
}

}  // namespace walstow
