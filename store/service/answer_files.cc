#include <chrono>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/files/get_file.h"
#include "store/files/put_file.h"
#include "store/service/command_answers.h"

namespace walstow {
namespace {

// Records what a put or get reports about its server. A standby must get its WAL even if that
// cannot be recorded (a full disk at the store).
void note_position(const RequestContext& asked, const std::string& cluster,
                   const PositionChange& change) {
  const std::string& client = asked.caller.name;
  try {
    update_position(asked.archive->backend(), cluster, client, change,
                    std::chrono::system_clock::now());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    asked.log.line(fmt::format("positions of client {}", client), LogLevel::kWarning,
                   fmt::format("could not record the position of a standby: {}", error.what()),
                   error.hint());
  }
}

}  // namespace

HandlerResult answer(const RequestContext& asked, const PutFile& put) {
  const auto note_primary = [&] {
    if (!put.instance || put.instance->role != Instance::Role::kPrimary) return;
    note_position(asked, put.cluster,
                  {.instance = *put.instance,
                   .system_identifier = put.system_identifier,
                   .archives_as_primary = true});
  };
  return begin_put({.archive = asked.archive,
                    .put = put,
                    .client = asked.caller.name,
                    .recent_edges = asked.recent_edges,
                    .permits = asked.permits,
                    .times = asked.times,
                    .compression_level = asked.compression_level,
                    .once_known = note_primary,
                    .timelines = &asked.timelines});
}

Reply answer(const RequestContext& asked, const ConfirmFile& confirm) {
  return confirm_file({.archive = asked.archive,
                       .put = confirm.put,
                       .client = asked.caller.name,
                       .recent_edges = asked.recent_edges,
                       .permits = asked.permits,
                       .times = asked.times,
                       .sha256 = confirm.sha256});
}

Reply answer(const RequestContext& asked, const GetFile& get) {
  Reply reply = get_file(asked.archive, get);
  const bool there = reply.head.status == 200;
  const bool absent = reply.head.status == 404;
  if (!get.instance || !get.system_identifier || !(there || absent)) return reply;
  // A HEAD serves nothing. It reports the progress that PostgreSQL made without requests to the
  // store (last_handed).
  const bool handed = there && get.file.kind() == FileKind::kSegment && !get.head_only;
  note_position(asked, get.cluster,
                {.instance = *get.instance,
                 .system_identifier = *get.system_identifier,
                 .handed = handed ? std::optional(get.file) : std::nullopt,
                 .restartpoint = get.restartpoint,
                 .waits = absent && !get.head_only});
  return reply;
}

}  // namespace walstow
