#include "restorer/prefetch/prefetch_client.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {

bool Prefetch::take_ready(const WalFileName& segment, const RestoreTarget& target,
                          const std::function<bool()>& abandoned) {
  const auto tag = spool_.entry_tag(options_.user);
  if (!tag) return false;
  const WantedEntry wanted{.segment = segment,
                           .system_identifier = options_.system_identifier,
                           .tag = *tag,
                           .user = options_.user};
  HandedOver result = spool_.hand_over_entry(wanted, target.name, abandoned);
  if (result == HandedOver::kNone && wait_for(segment, *tag)) {
    result = spool_.hand_over_entry(wanted, target.name, abandoned);
  }
  if (result == HandedOver::kDamaged) {
    log_line(
        LogLevel::kWarning,
        fmt::format(
            "the copy of file \"{}\" that was fetched ahead is damaged; fetching the file again",
            segment.text()),
        "Check the disk and the memory of this machine.");
  }
  if (result != HandedOver::kRestored) return false;
  tag_ = tag;
  return true;
}

// True: the caller should check again. Each kComing is a megabyte that has arrived, so the loop
// ends.
bool Prefetch::wait_for(const WalFileName& segment, const std::string& tag) {
  auto call = PrefetchCall::connect(options_.wal_folder);
  if (!call || !call->send({PrefetchMessage::Kind::kWant, segment, tag})) return false;
  for (;;) {
    const auto reply = call->receive(options_.silence);
    if (reply != PrefetchReply::kComing) return reply == PrefetchReply::kReady;
  }
}

void Prefetch::note_handed(const WalFileName& segment) {
  if (!tag_ && spool_.make_prefetch_folder(options_.user)) tag_ = spool_.entry_tag(options_.user);
  if (!tag_) return;
  if (auto call = PrefetchCall::connect(options_.wal_folder)) {
    call->send({PrefetchMessage::Kind::kHanded, segment, *tag_});
    return;
  }
  try {
    options_.start();
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, fmt::format("not fetching ahead: {}", error.what()), error.hint());
  }
}

}  // namespace walstow
