// The common parts of the restorer's tests: small clusters, and a scripted store.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "proto/base/error.h"
#include "proto/codec/object.h"
#include "restorer/file/restore_file.h"
#include "tests/support/digests.h"
#include "tests/support/encoded_object.h"
#include "tests/support/fake_store.h"
#include "tests/support/wal_samples.h"

namespace walstow::fixture {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;
constexpr const char* kSegment = "000000010000000000000007";
constexpr const char* kArchive = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kHistory = "1\t0/A00000\tno recovery target specified\n";

inline WalFileName name_of(std::string_view text) {
  return WalFileName::parse(text).value();
}

inline std::string segment_1mb() {
  std::vector<std::byte> bytes = samples::bytes_of_hex(samples::kSegment1Mb);
  bytes.resize(kMegabyte, std::byte{7});
  return std::string(as_text(bytes));
}

inline ObjectHeader header_of(std::string_view name, std::string_view content) {
  return {.name = std::string(name),
          .raw_size = content.size(),
          .digest = digest_of(content),
          .system_identifier = samples::kSystem1Mb,
          .segment_size = kMegabyte,
          .client = "primary1",
          .time = {}};
}

inline std::string object_of(std::string_view name, std::string_view content) {
  return encoded_object(header_of(name, content), content);
}

// Answers each question with its next answer, and then always with the last one.
class ScriptedStore : public FakeStore {
 public:
  using Reply = std::function<GetDone(const GetFile&, const GetSink&)>;

  ScriptedStore() {
    on_get = [this](const GetFile& get, const GetSink& sink) {
      asked_.push_back(get);
      const Reply reply = replies_.front();
      if (replies_.size() > 1) replies_.pop_front();
      return reply(get, sink);
    };
  }

  ScriptedStore& then(Reply reply) {
    replies_.push_back(std::move(reply));
    return *this;
  }
  ScriptedStore& then_file(std::string content) {
    return then([content = std::move(content)](const GetFile& get, const GetSink& sink) -> GetDone {
      sink.raw(as_bytes(content));
      if (sink.object) sink.object(as_bytes(object_of(get.file.text(), content)));
      return Got{.header = header_of(get.file.text(), content), .archive = kArchive};
    });
  }
  ScriptedStore& then_absent(Code code, std::string archive = kArchive) {
    return then(
        [code, archive = std::move(archive)](const GetFile& get, const GetSink&) -> GetDone {
          return Absent{{.code = code,
                         .message = "not there",
                         .hint = "Put it there.",
                         .proof = AbsenceProof{.archive = archive,
                                               .cluster = get.cluster,
                                               .era = "001",
                                               .file = get.file.text(),
                                               .request = get.request_id}}};
        });
  }
  ScriptedStore& then_error(ErrorKind kind) {
    return then([kind](const GetFile&, const GetSink&) -> GetDone {
      throw Error(kind, "no answer", "Ask again.");
    });
  }

  const std::vector<GetFile>& asked() const { return asked_; }

 private:
  std::deque<Reply> replies_;
  std::vector<GetFile> asked_;
};

}  // namespace walstow::fixture
