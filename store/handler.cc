#include "store/handler.h"

#include <algorithm>
#include <mutex>

#include "proto/base/log.h"
#include "proto/wire/report.h"
#include "store/catalog.h"
#include "store/get_file.h"
#include "store/positions.h"
#include "store/probe.h"
#include "store/put_file.h"

namespace walstow {
namespace {

Reply json_reply(int status, std::string body) {
  Reply reply;
  reply.head.status = status;
  reply.head.fields.set(field::kContentType, std::string(kJsonType));
  reply.body = std::move(body);
  return reply;
}

Refusal refusal_of(Code code, std::string message, std::string hint = {}) {
  return {.code = code, .message = std::move(message), .hint = std::move(hint), .proof = {}};
}

// Which rights let a caller ask; any one of them is enough.
struct Needed {
  std::vector<Right> any_of;
  std::string cluster;  // that must exist; "" when the command is about none
};

Needed needed_for(const Command& command) {
  struct Visitor {
    Needed operator()(const PutFile& c) const { return {{Right::kArchive}, c.cluster}; }
    Needed operator()(const GetFile& c) const { return {{Right::kRestore}, c.cluster}; }
    Needed operator()(const ListFiles& c) const { return {{Right::kRestore}, c.cluster}; }
    Needed operator()(const ClusterStatus& c) const { return {{Right::kRestore}, c.cluster}; }
    Needed operator()(const ReportPosition& c) const { return {{Right::kRestore}, c.cluster}; }
    Needed operator()(const ListClusters&) const { return {{Right::kAdmin}, {}}; }
    Needed operator()(const CreateCluster&) const { return {{Right::kAdmin}, {}}; }
    Needed operator()(const OpenEra& c) const { return {{Right::kAdmin}, c.cluster}; }
    Needed operator()(const Whoami&) const { return {{}, {}}; }
    Needed operator()(const CheckStore& c) const {
      return {{Right::kArchive, Right::kRestore, Right::kAdmin}, c.cluster};
    }
  };
  Needed needed = std::visit(Visitor(), command);
  // An administrator may look at everything, though not put or report for others.
  if (!std::holds_alternative<PutFile>(command) &&
      !std::holds_alternative<ReportPosition>(command) && !needed.any_of.empty()) {
    needed.any_of.push_back(Right::kAdmin);
  }
  return needed;
}

// Runs one checked command. A PutFile never comes here: its body is still to come.
class Runner {
 public:
  Runner(std::shared_ptr<Archive> archive, const Caller& caller)
      : archive_(std::move(archive)), caller_(caller) {}

  Reply operator()(const GetFile& get) const;
  Reply operator()(const ListFiles& list) const {
    return json_reply(200, to_json(list_files(*archive_, list)));
  }
  Reply operator()(const ClusterStatus& status) const {
    return json_reply(200, to_json(report_cluster(*archive_, status.cluster)));
  }
  Reply operator()(const ListClusters&) const {
    return json_reply(200, to_json(report_clusters(*archive_)));
  }
  Reply operator()(const CreateCluster& create) const;
  Reply operator()(const OpenEra& open) const;
  Reply operator()(const ReportPosition& report) const;
  Reply operator()(const Whoami&) const;
  Reply operator()(const CheckStore& check) const {
    return json_reply(200, to_json(probe_archive(*archive_, check.cluster)));
  }
  Reply operator()(const PutFile&) const { return {}; }

 private:
  std::shared_ptr<Archive> archive_;
  const Caller& caller_;
};

// A standby must get its WAL even where its position cannot be noted (a full disk at the store).
void note_position(Archive& archive, const std::string& cluster, const Caller& caller,
                   const PositionChange& change) {
  try {
    update_position(archive.backend(), cluster, caller.name, change,
                    std::chrono::system_clock::now());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             std::string("could not note how far a standby has got: ") + error.what(),
             error.hint());
  }
}

Reply Runner::operator()(const GetFile& get) const {
  Reply reply = get_file(archive_, get);
  const bool handed =
      reply.head.status == 200 && !get.head_only && get.file.kind() == FileKind::kSegment;
  if (get.instance && get.system_identifier && (handed || get.restartpoint)) {
    note_position(*archive_, get.cluster, caller_,
                  {.instance = *get.instance,
                   .system_identifier = *get.system_identifier,
                   .handed = handed ? std::optional(get.file) : std::nullopt,
                   .restartpoint = get.restartpoint});
  }
  return reply;
}

Reply Runner::operator()(const CreateCluster& create) const {
  if (!archive_->create_cluster(create.cluster)) {
    return to_reply(refusal_of(Code::kExists, "cluster \"" + create.cluster + "\" exists already",
                               "Give another server a cluster of its own."));
  }
  return json_reply(201, to_json(std::vector<ClusterSummary>{{.cluster = create.cluster}}));
}

Reply Runner::operator()(const OpenEra& open) const {
  const std::vector<EraName> eras = archive_->eras(open.cluster);
  const auto next = static_cast<std::uint32_t>(eras.size() + 1);
  if (!eras.empty() && eras.back().system_identifier == open.system_identifier &&
      eras.back().segment_size == open.segment_size) {
    return to_reply(refusal_of(Code::kExists, "cluster \"" + open.cluster +
                                                  "\" is in that era already: \"" +
                                                  to_string(eras.back()) + "\""));
  }
  const auto opened =
      archive_->open_era(open.cluster, open.system_identifier, open.segment_size, next);
  if (!opened) {
    throw Error(ErrorKind::kUnavailable,
                "another era of cluster \"" + open.cluster + "\" was opened at the same time",
                "Look at it with \"walstow status " + open.cluster + "\", then decide again.");
  }
  return json_reply(
      201, to_json(std::vector<ClusterSummary>{
               {.cluster = open.cluster, .newest_era = to_string(*opened), .eras = next}}));
}

Reply Runner::operator()(const ReportPosition& report) const {
  update_position(archive_->backend(), report.cluster, caller_.name,
                  {.instance = report.instance,
                   .system_identifier = report.system_identifier,
                   .restartpoint = report.restartpoint},
                  std::chrono::system_clock::now());
  return json_reply(200, "{}\n");
}

Reply Runner::operator()(const Whoami&) const {
  WhoamiReport report{.archive = archive_->id(), .name = caller_.name, .rights = {}};
  for (const Right right : caller_.rights)
    report.rights.emplace_back(to_string(right));
  return json_reply(200, to_json(report));
}

}  // namespace

std::string_view to_string(Right right) {
  switch (right) {
    case Right::kArchive:
      return "archive";
    case Right::kRestore:
      return "restore";
    case Right::kAdmin:
      return "admin";
  }
  return "?";
}

bool Caller::may(Right right) const {
  return std::find(rights.begin(), rights.end(), right) != rights.end();
}

struct Handler::State {
  std::shared_ptr<Archive> archive();
  Answer dispatch(const Command& command, const Caller& caller);

  OpenArchive open_archive;
  int compression_level;
  std::mutex mutex;
  std::shared_ptr<Archive> opened;  // guarded by mutex; empty until it was there once
};

// Opened anew for as long as it is not there, and again after it went away: the folder held open is
// then one of the past.
std::shared_ptr<Archive> Handler::State::archive() {
  const std::lock_guard lock(mutex);
  if (opened) {
    try {
      opened->verify_present();
    } catch (const Error&) {
      opened.reset();
    }
  }
  if (!opened) opened = open_archive();
  return opened;
}

Answer Handler::State::dispatch(const Command& command, const Caller& caller) {
  const Needed needed = needed_for(command);
  if (!needed.any_of.empty() &&
      std::none_of(needed.any_of.begin(), needed.any_of.end(),
                   [&caller](Right right) { return caller.may(right); })) {
    return to_reply(refusal_of(Code::kNoRight, "client \"" + caller.name + "\" has no right \"" +
                                                   std::string(to_string(needed.any_of.front())) +
                                                   "\" here"));
  }
  const std::shared_ptr<Archive> current = archive();
  if (!needed.cluster.empty() && !current->has_cluster(needed.cluster)) {
    return to_reply(refusal_of(Code::kUnknownCluster,
                               "there is no cluster \"" + needed.cluster + "\" in the archive",
                               "Check the setting \"cluster\", or make it with \"walstow cluster "
                               "create " +
                                   needed.cluster + "\"."));
  }
  if (const auto* put = std::get_if<PutFile>(&command)) {
    if (put->instance && put->instance->role == Instance::Role::kPrimary) {
      note_position(*current, put->cluster, caller,
                    {.instance = *put->instance,
                     .system_identifier = put->system_identifier,
                     .archives_as_primary = true});
    }
    return begin_put({.archive = current,
                      .put = *put,
                      .client = caller.name,
                      .compression_level = compression_level});
  }
  return std::visit(Runner(current, caller), command);
}

Handler::Handler(OpenArchive open_archive, int compression_level)
    : state_(std::make_unique<State>()) {
  state_->open_archive = std::move(open_archive);
  state_->compression_level = compression_level;
}

Handler::~Handler() = default;

Answer Handler::handle(const RequestHead& request, const Caller& caller) {
  try {
    auto parsed = parse_request(request);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) return to_reply(*refusal);
    return state_->dispatch(std::get<Command>(parsed), caller);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    return to_reply(to_refusal(error));
  }
}

Reply to_reply(const Refusal& refusal) {
  Reply reply = json_reply(info_of(refusal.code).status, to_json(refusal));
  // No answer of a store may be remembered by anything in between, a refusal least of all.
  reply.head.fields.set(field::kCacheControl, "no-store");
  return reply;
}

Refusal to_refusal(const Error& error) {
  const auto code = [&error] {
    switch (error.kind()) {
      case ErrorKind::kUsage:
      case ErrorKind::kFatal:
        return Code::kInternal;
      case ErrorKind::kInvalid:
        return Code::kBadContent;
      case ErrorKind::kRefused:
        return Code::kBadRequest;
      case ErrorKind::kUnavailable:
        return Code::kUnavailable;
      case ErrorKind::kTimeout:
        return Code::kTimeout;
      case ErrorKind::kDamaged:
        return Code::kDamaged;
      case ErrorKind::kStorage:
        return Code::kStorage;
    }
    return Code::kInternal;
  }();
  return refusal_of(code, error.what(), error.hint());
}

}  // namespace walstow
