// A backend that somebody else owns. An Archive owns its backend; with this, a test can continue to
// use it. Also a base for tests that watch or change some of the calls.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/backend/backend.h"

namespace walstow {

class BorrowedBackend : public Backend {
 public:
  explicit BorrowedBackend(Backend& backend) : backend_(backend) {}
  std::unique_ptr<StagedObject> stage() override { return backend_.stage(); }
  PublishResult publish(StagedObject& object, const std::string& key) override {
    return backend_.publish(object, key);
  }
  std::unique_ptr<ObjectSource> open_object(const std::string& key) override {
    return backend_.open_object(key);
  }
  bool make_durable(const std::string& key) override { return backend_.make_durable(key); }
  bool set_aside(const std::string& key, const ObjectSource& damaged) override {
    return backend_.set_aside(key, damaged);
  }
  bool replace_object(StagedObject& successor, const std::string& key,
                      const ObjectSource& existing) override {
    return backend_.replace_object(successor, key, existing);
  }
  bool remove_object(const std::string& key) override { return backend_.remove_object(key); }
  std::size_t remove_objects(const std::vector<std::string>& keys) override {
    return backend_.remove_objects(keys);
  }
  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override {
    return backend_.list_after(prefix, after, limit);
  }
  std::vector<Folder> folders(const std::string& prefix) override {
    return backend_.folders(prefix);
  }
  std::optional<std::string> read_record(const std::string& key) override {
    return backend_.read_record(key);
  }
  bool create_record(const std::string& key, std::string_view content) override {
    return backend_.create_record(key, content);
  }
  void update_record(const std::string& key, const Change& change) override {
    backend_.update_record(key, change);
  }
  bool remove_record(const std::string& key) override { return backend_.remove_record(key); }
  bool give_up_reserve() override { return backend_.give_up_reserve(); }
  void hold_reserve() override { backend_.hold_reserve(); }
  void check_room() override { backend_.check_room(); }
  void verify_in_place() override { backend_.verify_in_place(); }
  std::string describe() const override { return backend_.describe(); }

 private:
  Backend& backend_;
};

}  // namespace walstow
