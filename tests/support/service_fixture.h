// A handler on a real archive folder, without sockets: commands in, replies out.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "proto/base/filesystem.h"
#include "proto/codec/digest.h"
#include "proto/identity/public_key.h"
#include "proto/wal/file_name.h"
#include "store/archive/folder_archive.h"
#include "store/service/handler.h"
#include "tests/support/digests.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wal_samples.h"

namespace walstow {

inline WalFileName file_named(std::string_view name) {
  return *WalFileName::parse(name);
}

// A segment of 1 MB with the right header for its name; `fill` makes its content unique.
inline std::string segment_content(std::string_view name, char fill = 'x',
                                   std::uint64_t system = samples::kSystem1Mb) {
  const SegmentSize size = *SegmentSize::from_bytes(std::uint64_t{1} << 20);
  const WalFileName file = file_named(name.substr(0, 24));
  const auto header = samples::page_header({.timeline = file.timeline().value,
                                            .page_address = start_of(file.number(size), size).value,
                                            .system_identifier = system,
                                            .segment_size = size.bytes()});
  std::string content(size.bytes(), fill);
  std::copy_n(as_text(header).begin(), header.size(), content.begin());
  return content;
}

struct Response {
  int status = 0;
  Fields fields;
  std::string body;
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest()
      : archive_folder(folder_.path() / "archive"),
        handler([this] { return open_archive_folder(archive_folder.string()); }, 1) {
    initialize_archive_folder(archive_folder.string());
    EXPECT_EQ(ask(CreateCluster{"main"}).status, 201);
  }

  Response respond(Reply reply) {
    Response response{reply.head.status, reply.head.fields, reply.body};
    if (!reply.download) return response;
    std::string chunk(1000, '\0');
    while (const std::size_t size =
               reply.download->read(std::as_writable_bytes(std::span(chunk)))) {
      response.body += chunk.substr(0, size);
    }
    return response;
  }

  Response ask(const Command& command, std::string_view body = {}) {
    HandlerResult answer = handler.handle(to_request(command), caller);
    if (auto* reply = std::get_if<Reply>(&answer)) return respond(std::move(*reply));
    auto& upload = std::get<std::unique_ptr<Upload>>(answer);
    try {
      upload->write(as_bytes(body));
      return respond(upload->finish());
    } catch (const Error& error) {
      return respond(to_reply(to_refusal(error)));
    }
  }

  static PutFile put_of(std::string_view name, std::string_view content) {
    return {.cluster = "main",
            .file = file_named(name),
            .system_identifier = samples::kSystem1Mb,
            .segment_size = SegmentSize::from_bytes(std::uint64_t{1} << 20),
            .raw_size = content.size(),
            .digest = digest_of(content)};
  }
  Response put(std::string_view name, std::string_view content) {
    return ask(put_of(name, content), content);
  }
  Response put(std::string_view name) { return put(name, segment_content(name)); }

  static GetFile get_of(std::string_view name) {
    return {.cluster = "main",
            .file = file_named(name),
            .system_identifier = samples::kSystem1Mb,
            .accept = Encoding::kIdentity,
            .request_id = "0123456789abcdef"};
  }
  Response get(std::string_view name) { return ask(get_of(name)); }

  // The head of a request as a client sends it; `more` has further lines.
  static std::string request_text(const Command& command, std::string_view more = "") {
    const RequestHead head = to_request(command);
    std::string text =
        std::string(to_string(head.method)) + " " + head.target + " HTTP/1.1\r\nHost: walstow\r\n";
    for (const auto& [name, value] : head.fields.all())
      text += name + ": " + value + "\r\n";
    return text + std::string(more) + "\r\n";
  }

  // From now on the caller is a client of the registry, with rights in "main".
  void ask_as_client(const std::set<Right>& rights) {
    const AddClient add{.client = "db2",
                        .public_key = to_base64(as_bytes("a key")),
                        .grants = {{.cluster = "main", .rights = rights}}};
    ASSERT_EQ(ask(add).status, 201);
    caller = {.kind = Caller::Kind::kNamed, .name = "db2"};
  }

  // The code of a refusal, as the client reads it. "none": any other reply.
  static std::string code_of(const Response& response) {
    const auto refusal =
        parse_refusal({response.status, with_version(response.fields)}, response.body);
    return refusal ? std::string(info_of(refusal->code).text) : "none";
  }
  // The session adds the version to every reply.
  static Fields with_version(Fields fields) {
    fields.set(field::kVersion, std::string(kProtocolVersion));
    return fields;
  }

  fs::path object_path(std::string_view name) const {
    return archive_folder / "main" / kEra / "wal" / std::string(name.substr(0, 16)) /
           (std::string(name) + ".zst");
  }

  static constexpr const char* kEra = "001-7711084896406890663-1048576";

 private:
  TemporaryFolder folder_;

 protected:
  fs::path archive_folder;
  Handler handler;
  Caller caller{.kind = Caller::Kind::kOwner, .name = "tester"};
};

}  // namespace walstow
