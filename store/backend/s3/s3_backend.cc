#include "store/backend/s3/s3_backend.h"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>
#include <random>
#include <span>
#include <thread>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/backend/attempts.h"
#include "store/backend/key_rules.h"
#include "store/backend/s3/conditional_puts.h"
#include "store/backend/s3/s3_probe.h"
#include "store/backend/s3/s3_scratch.h"
#include "store/backend/s3/s3_source.h"
#include "store/backend/s3/s3_text.h"
#include "store/backend/s3/shared_reads.h"

namespace walstow {
namespace {

using PutResult = ConditionalPuts::Result;

// The content of a vacant key. Not a frame that zstd would skip: a reader of the bucket without
// walstow must not take it for an empty file. Its size tells a list which keys need a closer look.
const std::string kVacant =
    "walstow: this key is vacant; what stood here was removed or set aside\n";

constexpr std::size_t kLargestPage = 1000;  // S3's bound
constexpr Duration kUpdatePatience{5000};
constexpr Duration kUpdatePause{20};
constexpr int kPublishAttempts = 8;
// Beyond this many keys, listing takes fewer requests than asking for each key.
constexpr std::size_t kFewKeys = 3;

// Room for two segments of 16 MB that do not compress, or for a dozen that do.
constexpr std::size_t kMostShared = std::size_t{32} * 1024 * 1024;
constexpr std::chrono::milliseconds kJoinable{1000};

// False: another program's file in the bucket.
bool is_key(std::string_view text) {
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!is_key_part(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

// Invalidates shared reads at the end of a change, whatever its outcome: no new reader joins a read
// from before it.
class SharedReadInvalidator {
 public:
  SharedReadInvalidator(SharedReads& reads, std::vector<std::string> keys)
      : reads_(reads), keys_(std::move(keys)) {}
  SharedReadInvalidator(const SharedReadInvalidator&) = delete;
  SharedReadInvalidator& operator=(const SharedReadInvalidator&) = delete;
  ~SharedReadInvalidator() {
    for (const std::string& key : keys_)
      reads_.forget(key);
  }

 private:
  SharedReads& reads_;
  const std::vector<std::string> keys_;
};

class S3Backend final : public Backend {
 public:
  explicit S3Backend(S3Options options)
      : client_(std::make_shared<S3Client>(std::move(options))),
        prefix_(client_->options().address.prefix),
        scratch_(client_->options().scratch) {}

  std::unique_ptr<StagedObject> stage() override;
  PublishResult publish(StagedObject& object, const std::string& key) override;
  std::unique_ptr<ObjectSource> open_object(const std::string& key) override {
    check_key(key);
    return open(key);
  }
  std::unique_ptr<ObjectSource> open_to_send(const std::string& key) override {
    check_key(key);
    return shared_reads_.open(key, [&] { return open(key); });
  }
  bool make_durable(const std::string& key) override {
    check_key(key);
    return open(key) != nullptr;  // an existing object is durable
  }
  bool set_aside(const std::string& key, const ObjectSource& damaged) override;
  bool replace_object(StagedObject& successor, const std::string& key,
                      const ObjectSource& existing) override;
  bool remove_object(const std::string& key) override { return remove_objects({key}) != 0; }
  std::size_t remove_objects(const std::vector<std::string>& keys) override;
  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override;
  std::vector<Folder> folders(const std::string& prefix) override;

  std::optional<std::string> read_record(const std::string& key) override {
    check_key(key);
    const auto source = open(key);
    if (source == nullptr) return std::nullopt;
    return text_of(key, *source);
  }
  bool create_record(const std::string& key, std::string_view content) override;
  void update_record(const std::string& key, const Change& change) override;
  bool remove_record(const std::string& key) override;

  void verify_in_place() override {}  // each proof reads the marker, which is enough

  MediumStatus medium_status() override {
    const S3Service& service = client_->service();
    return {.requests = service.requests(), .failed_requests = service.failed_requests()};
  }

  std::string describe() const override {
    const std::string& bucket = client_->options().address.bucket;
    if (prefix_.empty()) return fmt::format("archive \"s3://{}\"", bucket);
    return fmt::format("archive \"s3://{}/{}\"", bucket, prefix_.substr(0, prefix_.size() - 1));
  }

 private:
  void prepare();
  std::string in_bucket(const std::string& key) const { return prefix_ + key; }
  std::unique_ptr<S3Source> open(const std::string& key);
  std::string text_of(const std::string& key, S3Source& source) const;
  bool is_vacant(const std::string& key) { return open(key) == nullptr; }
  PutResult put_new(const std::string& key, const S3Body& body);
  std::size_t count_existing(std::vector<std::string> keys);
  std::size_t count_existing(const std::string& folder, std::span<const std::string> keys);

  const std::shared_ptr<S3Client> client_;
  ConditionalPuts puts_{*client_};
  const std::string prefix_;
  S3Scratch scratch_;
  SharedReads shared_reads_{kMostShared, kJoinable};
  std::mutex preparing_;
  bool prepared_ = false;  // guarded by preparing_
};

// As in the directory backend: before the first object, since an archive that cannot be written may
// still be read.
void S3Backend::prepare() {
  const std::lock_guard lock(preparing_);
  if (prepared_) return;
  require_conditional_writes_once(*client_, puts_);
  prepared_ = true;
}

// --- reading ---

// nullptr: no object exists, or only the mark of a vacant key.
std::unique_ptr<S3Source> S3Backend::open(const std::string& key) {
  auto opened = client_->get(in_bucket(key));
  if (!opened) return nullptr;
  std::string beginning;
  if (opened->head.size == kVacant.size()) {
    std::vector<std::byte> piece(kVacant.size());
    while (const std::size_t size = opened->body->read(piece))
      beginning += as_text(ByteView(piece).first(size));
    if (beginning == kVacant) return nullptr;
  }
  return std::make_unique<S3Source>(client_, in_bucket(key), *std::move(opened),
                                    std::move(beginning));
}

std::string S3Backend::text_of(const std::string& key, S3Source& source) const {
  if (source.size() > kLargestRecord) {
    throw Error(ErrorKind::kDamaged,
                fmt::format("record \"{}\" of {} has {} bytes, more than the maximum of {} bytes",
                            key, describe(), source.size(), kLargestRecord));
  }
  std::string text;
  std::vector<std::byte> piece(kLargestRecord);
  while (const std::size_t size = source.read(piece))
    text += as_text(ByteView(piece).first(size));
  return text;
}

std::vector<Entry> S3Backend::list_after(const std::string& prefix, const std::string& after,
                                         std::size_t limit) {
  check_prefix(prefix);
  std::vector<Entry> entries;
  std::string last = after;
  while (entries.size() < limit) {
    const S3List page = client_->list({.prefix = in_bucket(prefix),
                                       .after = last.empty() ? "" : in_bucket(last),
                                       .delimiter = {},
                                       .limit = std::min(kLargestPage, limit - entries.size())});
    bool is_house_keeping = false;
    for (const S3Listed& listed : page.contents) {
      last = listed.key.substr(prefix_.size());
      is_house_keeping = !is_listed(last, prefix);
      if (is_house_keeping) break;
      if (!is_key(last) || (listed.size == kVacant.size() && is_vacant(last))) continue;
      entries.push_back({.key = last, .size = listed.size, .modified = listed.modified});
    }
    // Skip all of them at once: this is the character after "_".
    if (is_house_keeping)
      last = std::string(1, '_' + 1);
    else if (page.contents.empty() || !page.is_truncated)
      break;
  }
  return entries;
}

// The last name of a page, not the service's token, determines where the next page begins. "0" is
// the character after "/", so that everything in a folder is skipped.
std::vector<Folder> S3Backend::folders(const std::string& prefix) {
  check_folder_prefix(prefix);
  std::vector<Folder> folders;
  std::string after;
  for (;;) {
    const S3List page = client_->list(
        {.prefix = in_bucket(prefix), .after = after, .delimiter = "/", .limit = kLargestPage});
    for (const std::string& folder : page.folders) {
      if (!folder.starts_with(in_bucket(prefix)) || !folder.ends_with('/')) continue;
      std::string name = folder.substr(prefix_.size() + prefix.size());
      name.pop_back();
      after = std::max(after, fmt::format("{}0", folder.substr(0, folder.size() - 1)));
      if (is_key_part(name)) folders.push_back({.name = std::move(name), .changed = std::nullopt});
    }
    if (!page.contents.empty()) after = std::max(after, page.contents.back().key);
    if (!page.is_truncated || (page.folders.empty() && page.contents.empty())) break;
  }
  std::ranges::sort(folders, {}, &Folder::name);
  return folders;
}

// --- objects ---

std::unique_ptr<StagedObject> S3Backend::stage() {
  prepare();
  return std::make_unique<S3Staged>(scratch_);
}

// Puts the object if the key has none, or only the mark of a vacant key.
PutResult S3Backend::put_new(const std::string& key, const S3Body& body) {
  for (int attempt = 0; attempt < kPublishAttempts; ++attempt) {
    if (puts_.put_new(in_bucket(key), body) == PutResult::kDone) return PutResult::kDone;
    const auto exists = client_->head(in_bucket(key));
    if (!exists) continue;  // it was removed again
    if (exists->size != kVacant.size() || !is_vacant(key)) return PutResult::kOther;
    // If another object arrived between the two requests, its ETag differs.
    if (puts_.put_over(in_bucket(key), body, *exists) == PutResult::kDone) {
      return PutResult::kDone;
    }
  }
  throw_gave_up(key);
}

PublishResult S3Backend::publish(StagedObject& object, const std::string& key) {
  check_key(key);
  const PutResult result = put_new(key, dynamic_cast<S3Staged&>(object).body());
  return result == PutResult::kDone ? PublishResult::kPublished : PublishResult::kExists;
}

bool S3Backend::replace_object(StagedObject& successor, const std::string& key,
                               const ObjectSource& existing) {
  check_key(key);
  const SharedReadInvalidator afterwards(shared_reads_, {key});
  const S3Head& head = dynamic_cast<const S3Source&>(existing).head();
  return puts_.put_over(in_bucket(key), dynamic_cast<S3Staged&>(successor).body(), head) ==
         PutResult::kDone;
}

// The copy first, then the mark: between the two the damaged object exists twice, never not at all.
bool S3Backend::set_aside(const std::string& key, const ObjectSource& damaged) {
  check_key(key);
  const SharedReadInvalidator afterwards(shared_reads_, {key});
  const S3Head& head = dynamic_cast<const S3Source&>(damaged).head();
  const auto existing = open(key);
  if (existing == nullptr || existing->head().etag != head.etag) return false;
  S3Staged copy(scratch_);
  std::vector<std::byte> piece(kChunkSize);
  while (const std::size_t size = existing->read(piece))
    copy.write(ByteView(piece).first(size));
  const std::string aside = aside_key(key, random_hex(4));
  if (put_new(aside, copy.body()) != PutResult::kDone) return false;
  if (puts_.put_over(in_bucket(key), text_body(kVacant), head) == PutResult::kDone) return true;
  client_->remove(in_bucket(aside));  // a random name that nobody else uses
  return false;
}

std::size_t S3Backend::remove_objects(const std::vector<std::string>& keys) {
  check_removals(keys);
  std::vector<std::string> in_the_bucket;
  in_the_bucket.reserve(keys.size());
  for (const std::string& key : keys)
    in_the_bucket.push_back(in_bucket(key));
  if (keys.empty()) return 0;
  const SharedReadInvalidator afterwards(shared_reads_, keys);
  const std::size_t existing = count_existing(keys);
  if (keys.size() == 1) {
    client_->remove(in_the_bucket.front());
  } else {
    client_->remove_all(in_the_bucket);
  }
  return existing;
}

std::size_t S3Backend::count_existing(std::vector<std::string> keys) {
  std::ranges::sort(keys);
  std::size_t existing = 0;
  for (auto first = keys.begin(); first != keys.end();) {
    const std::string folder = first->substr(0, first->rfind('/') + 1);
    const auto end = std::find_if(
        first, keys.end(), [&folder](const std::string& key) { return !key.starts_with(folder); });
    existing += count_existing(folder, {first, end});
    first = end;
  }
  return existing;
}

// All `keys` are in `folder`, in order.
std::size_t S3Backend::count_existing(const std::string& folder,
                                      std::span<const std::string> keys) {
  std::size_t existing = 0;
  while (keys.size() > kFewKeys) {
    // Include the first key: its own name without the last character sorts before it.
    std::string after = keys.front();
    after.pop_back();
    if (after.size() < folder.size()) after.clear();
    const std::vector<Entry> page = list_after(folder, after, kLargestPage);
    for (const Entry& entry : page) {
      if (std::ranges::binary_search(keys, entry.key)) ++existing;
    }
    if (page.size() < kLargestPage) return existing;
    const auto behind = std::ranges::upper_bound(keys, page.back().key);
    if (behind == keys.begin()) break;
    keys = keys.subspan(static_cast<std::size_t>(behind - keys.begin()));
  }
  for (const std::string& key : keys) {
    if (open(key) != nullptr) ++existing;
  }
  return existing;
}

// --- records ---

bool S3Backend::create_record(const std::string& key, std::string_view content) {
  check_key(key);
  check_record(key, content);
  const std::string text(content);
  return put_new(key, text_body(text)) == PutResult::kDone;
}

void S3Backend::update_record(const std::string& key, const Change& change) {
  check_key(key);
  const Deadline give_up = Deadline::after(kUpdatePatience);
  while (!give_up.passed()) {
    const auto source = open(key);
    std::optional<std::string> existing;
    if (source != nullptr) existing = text_of(key, *source);
    const std::optional<std::string> content = change(existing);
    if (!content) return;
    check_record(key, *content);
    const S3Body body = text_body(*content);
    const PutResult result = source == nullptr
                                 ? put_new(key, body)
                                 : puts_.put_over(in_bucket(key), body, source->head());
    if (result == PutResult::kDone) return;
    // Another writer was faster. The losers must not all read again at once.
    thread_local std::minstd_rand random{std::random_device()()};
    std::uniform_int_distribution<Duration::rep> some(1, kUpdatePause.count());
    std::this_thread::sleep_for(Duration(some(random)));
  }
  throw_gave_up(key);
}

bool S3Backend::remove_record(const std::string& key) {
  check_key(key);
  const Deadline give_up = Deadline::after(kUpdatePatience);
  while (!give_up.passed()) {
    const auto source = open(key);
    if (source == nullptr) return false;
    if (puts_.put_over(in_bucket(key), text_body(kVacant), source->head()) == PutResult::kDone) {
      return true;
    }
  }
  throw_gave_up(key);
}

}  // namespace

std::unique_ptr<Backend> make_s3_backend(S3Options options) {
  return std::make_unique<S3Backend>(std::move(options));
}

void probe_s3(const S3Options& options) {
  S3Client client(options);
  ConditionalPuts puts(client);
  require_conditional_writes(client, puts);
}

}  // namespace walstow
