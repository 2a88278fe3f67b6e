// An archive in memory that is pruned. Of a segment the key and its time are all that counts here.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proto/codec/digest.h"
#include "proto/wire/or_refusal.h"
#include "store/archive/layout.h"
#include "store/archive/standby_positions.h"
#include "store/backend/memory_backend.h"
#include "store/files/get_file.h"
#include "store/retention/holds_and_backups.h"
#include "store/retention/prune.h"
#include "store/retention/tombstones.h"
#include "tests/support/thrown.h"

namespace walstow {

using std::chrono::hours;

// What somebody else does at just that moment; each of them once, but for the last one.
struct Moments {
  std::function<void()> before_removal, before_update, after_floors_were_read;
  std::function<void()> while_opening;  // each object, on the thread that does
};
inline void happen(std::function<void()>& moment) {
  if (const auto once = std::exchange(moment, nullptr)) once();
}

class BackendWithMoments : public Backend {
 public:
  BackendWithMoments(std::unique_ptr<Backend> inner, Moments& moments)
      : inner_(std::move(inner)), moments_(moments) {}
  std::unique_ptr<StagedObject> stage() override { return inner_->stage(); }
  PublishResult publish(StagedObject& object, const std::string& key) override {
    return inner_->publish(object, key);
  }
  std::unique_ptr<ObjectSource> open_object(const std::string& key) override {
    if (moments_.while_opening) moments_.while_opening();
    return inner_->open_object(key);
  }
  bool make_durable(const std::string& key) override { return inner_->make_durable(key); }
  bool set_aside(const std::string& key, const ObjectSource& damaged) override {
    return inner_->set_aside(key, damaged);
  }
  bool replace_object(StagedObject& successor, const std::string& key,
                      const ObjectSource& existing) override {
    return inner_->replace_object(successor, key, existing);
  }
  bool remove_object(const std::string& key) override { return inner_->remove_object(key); }
  std::size_t remove_objects(const std::vector<std::string>& keys) override {
    happen(moments_.before_removal);
    return inner_->remove_objects(keys);
  }
  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override {
    auto entries = inner_->list_after(prefix, after, limit);
    if (prefix.ends_with("/pruned/")) happen(moments_.after_floors_were_read);
    return entries;
  }
  std::vector<Folder> folders(const std::string& prefix) override {
    return inner_->folders(prefix);
  }
  std::optional<std::string> read_record(const std::string& key) override {
    return inner_->read_record(key);
  }
  bool create_record(const std::string& key, std::string_view content) override {
    return inner_->create_record(key, content);
  }
  void update_record(const std::string& key, const Change& change) override {
    happen(moments_.before_update);
    inner_->update_record(key, change);
  }
  bool remove_record(const std::string& key) override { return inner_->remove_record(key); }
  void verify_in_place() override { inner_->verify_in_place(); }
  std::string describe() const override { return inner_->describe(); }

 private:
  std::unique_ptr<Backend> inner_;
  Moments& moments_;
};

inline std::unique_ptr<Backend> new_backend(Moments& moments) {
  auto backend = make_memory_backend();
  initialize_archive(*backend);
  return std::make_unique<BackendWithMoments>(std::move(backend), moments);
}

class PruneTest : public testing::Test {
 protected:
  PruneTest() {
    archive->create_cluster("main");
    era = *archive->open_era("main", 7, 1U << 20, 1);
    for (std::uint64_t number = 1; number <= 200; ++number)
      add_segment(1, number);
    // Two quiet days, in which a daemon was running.
    for (Time time = later - hours(48); time <= later; time += hours(24))
      keep_clock(*archive, time);
  }

  WalFileName segment(std::uint32_t timeline, std::uint64_t number) const {
    return WalFileName::segment(Timeline{timeline}, SegmentNumber{number}, segment_size_of(era));
  }
  void add_segment(std::uint32_t timeline, std::uint64_t number) {
    const auto staged = archive->backend().stage();
    staged->write(as_bytes("an object"));
    archive->backend().publish(*staged,
                               *layout::object_key("main", era, segment(timeline, number)));
  }
  bool exists(std::uint32_t timeline, std::uint64_t number) const {
    return archive->backend().open_object(
               *layout::object_key("main", era, segment(timeline, number))) != nullptr;
  }
  OrRefusal<HoldReport> hold(std::uint64_t number, std::string id = "00000000000a") {
    return add_hold(*archive,
                    {.cluster = "main",
                     .id = std::move(id),
                     .from = LogPosition(start_of(SegmentNumber{number}, segment_size_of(era))),
                     .to = {},
                     .reason = "audit"},
                    "admin1", later);
  }
  PruneReport begin(const PrunePolicy& policy = {}) {
    const auto begun = begin_prune(*archive, {"main", policy, {}}, "admin1", later);
    return begun.value();
  }
  PruneReport go_on(std::uint32_t number, std::chrono::milliseconds step = kPruneStep) {
    return continue_prune(*archive, {"main", number}, step).value();
  }
  PruneReport abandon() { return abandon_prune(*archive, {"main"}, "admin2").value(); }
  PruneReport prune(const PrunePolicy& policy = {}) {
    PruneReport report = begin(policy);
    while (report.state == "intent")
      report = go_on(report.number);
    return report;
  }
  PrunePlanReport plan(const PrunePolicy& policy = {}) {
    return plan_prune(*archive, {"main", policy}, later).value();
  }
  Code code_of_get(std::uint32_t timeline, std::uint64_t number) {
    const GetFile get{.cluster = "main",
                      .file = segment(timeline, number),
                      .system_identifier = 7,
                      .request_id = "x"};
    last_message = get_file(archive, get).refusal.value().message;
    return get_file(archive, get).refusal.value().code;
  }

  Moments moments;
  std::shared_ptr<Archive> archive = std::make_shared<Archive>(new_backend(moments));
  EraName era;
  Time later = std::chrono::system_clock::now() + hours(48);  // old enough is all of it then
  std::string last_message;
};

}  // namespace walstow
