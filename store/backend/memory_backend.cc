#include "store/backend/memory_backend.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <utility>

#include "proto/base/bytes.h"
#include "store/backend/key_rules.h"

namespace walstow {
namespace {

using Content = std::vector<std::byte>;

class MemorySource final : public ObjectSource {
 public:
  explicit MemorySource(std::shared_ptr<const Content> content)
      : content_(std::move(content)), size_(content_->size()) {}

  std::uint64_t size() const override { return size_; }
  void rewind() override { offset_ = 0; }
  std::size_t read(MutableByteView out) override {
    const std::size_t count = std::min(out.size(), content_->size() - offset_);
    std::copy_n(content_->data() + offset_, count, out.data());
    offset_ += count;
    return count;
  }
  const Content* content() const { return content_.get(); }

 private:
  std::shared_ptr<const Content> content_;
  std::size_t size_;  // of the bytes that were written before this source was made
  std::size_t offset_ = 0;
};

class MemoryStaged final : public StagedObject {
 public:
  void write(ByteView bytes) override {
    content_->insert(content_->end(), bytes.begin(), bytes.end());
  }
  std::uint64_t size() const override { return content_->size(); }
  std::unique_ptr<ObjectSource> read_back() override {
    return std::make_unique<MemorySource>(content_);
  }
  std::shared_ptr<const Content> content() const { return content_; }

 private:
  std::shared_ptr<Content> content_ = std::make_shared<Content>();
};

class MemoryBackend final : public Backend {
 public:
  std::unique_ptr<StagedObject> stage() override { return std::make_unique<MemoryStaged>(); }

  PublishResult publish(StagedObject& object, const std::string& key) override {
    check_key(key);
    const auto content = dynamic_cast<MemoryStaged&>(object).content();
    const std::lock_guard lock(mutex_);
    return put_new(key, content) ? PublishResult::kPublished : PublishResult::kExists;
  }

  std::unique_ptr<ObjectSource> open_object(const std::string& key) override {
    check_key(key);
    const std::lock_guard lock(mutex_);
    const auto found = things_.find(key);
    if (found == things_.end()) return nullptr;
    return std::make_unique<MemorySource>(found->second.content);
  }

  bool make_durable(const std::string& key) override {
    check_key(key);
    const std::lock_guard lock(mutex_);
    return things_.contains(key);
  }

  bool set_aside(const std::string& key, const ObjectSource& damaged) override {
    check_key(key);
    const std::string aside = aside_key(key, random_hex(4));
    const std::lock_guard lock(mutex_);
    const auto found = things_.find(key);
    const Content* content = dynamic_cast<const MemorySource&>(damaged).content();
    if (found == things_.end() || found->second.content.get() != content) return false;
    things_.emplace(aside, found->second);
    things_.erase(found);
    return true;
  }

  bool replace_object(StagedObject& successor, const std::string& key,
                      const ObjectSource& existing) override {
    check_key(key);
    const auto content = dynamic_cast<MemoryStaged&>(successor).content();
    const std::lock_guard lock(mutex_);
    const auto found = things_.find(key);
    const Content* expected = dynamic_cast<const MemorySource&>(existing).content();
    if (found == things_.end() || found->second.content.get() != expected) return false;
    found->second = Thing{content};
    return true;
  }

  bool remove_object(const std::string& key) override { return remove(key); }
  std::size_t remove_objects(const std::vector<std::string>& keys) override {
    check_removals(keys);
    return static_cast<std::size_t>(
        std::ranges::count_if(keys, [this](const std::string& key) { return remove(key); }));
  }

  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override {
    check_prefix(prefix);
    const std::lock_guard lock(mutex_);
    std::vector<Entry> entries;
    auto thing = after < prefix ? things_.lower_bound(prefix) : things_.upper_bound(after);
    for (; thing != things_.end() && entries.size() < limit; ++thing) {
      const auto& [key, value] = *thing;
      if (!key.starts_with(prefix)) break;
      if (is_listed(key, prefix)) entries.push_back({key, value.content->size(), value.modified});
    }
    return entries;
  }

  std::vector<Folder> folders(const std::string& prefix) override {
    check_folder_prefix(prefix);
    const std::lock_guard lock(mutex_);
    std::vector<Folder> folders;
    auto thing = things_.lower_bound(prefix);
    while (thing != things_.end() && thing->first.starts_with(prefix)) {
      const std::size_t slash = thing->first.find('/', prefix.size());
      if (slash == std::string::npos) {
        ++thing;
        continue;
      }
      std::string name = thing->first.substr(prefix.size(), slash - prefix.size());
      thing = things_.lower_bound(fmt::format("{}{}0", prefix, name));  // the character after '/'
      folders.push_back({.name = std::move(name), .changed = std::nullopt});
    }
    std::ranges::sort(folders, {}, &Folder::name);
    return folders;
  }

  std::optional<std::string> read_record(const std::string& key) override {
    check_key(key);
    const std::lock_guard lock(mutex_);
    return find_text(key);
  }

  bool create_record(const std::string& key, std::string_view content) override {
    check_key(key);
    check_record(key, content);
    const std::lock_guard lock(mutex_);
    return put_new(key, to_content(content));
  }

  void update_record(const std::string& key, const Change& change) override {
    check_key(key);
    const std::lock_guard lock(mutex_);
    const std::optional<std::string> content = change(find_text(key));
    if (!content) return;
    check_record(key, *content);
    things_.insert_or_assign(key, Thing{to_content(*content)});
  }

  bool remove_record(const std::string& key) override { return remove(key); }

  void verify_in_place() override {}  // memory cannot be moved away

  std::string describe() const override { return "archive in memory"; }

 private:
  struct Thing {
    std::shared_ptr<const Content> content;
    std::chrono::system_clock::time_point modified = std::chrono::system_clock::now();
  };

  static std::shared_ptr<const Content> to_content(std::string_view text) {
    const ByteView bytes = as_bytes(text);
    return std::make_shared<Content>(bytes.begin(), bytes.end());
  }

  // The caller of the following holds the lock.
  bool put_new(const std::string& key, std::shared_ptr<const Content> content) {
    return things_.try_emplace(key, Thing{std::move(content)}).second;
  }
  std::optional<std::string> find_text(const std::string& key) const {
    const auto found = things_.find(key);
    if (found == things_.end()) return std::nullopt;
    return std::string(as_text(*found->second.content));
  }

  bool remove(const std::string& key) {
    check_key(key);
    const std::lock_guard lock(mutex_);
    return things_.erase(key) != 0;
  }

  std::mutex mutex_;
  std::map<std::string, Thing> things_;
};

}  // namespace

std::unique_ptr<Backend> make_memory_backend() {
  return std::make_unique<MemoryBackend>();
}

}  // namespace walstow
