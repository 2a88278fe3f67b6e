#include "store/backend/s3/s3_scratch.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>
#include <utility>

#include "proto/base/error.h"

namespace walstow {
namespace {

constexpr std::size_t kPiece = kChunkSize;

[[noreturn]] void throw_unavailable(const Error& error) {
  throw Error(ErrorKind::kUnavailable,
              fmt::format("could not use the scratch folder for objects in S3: {}", error.what()),
              error.hint().empty() ? "Correct the folder, or set \"s3.scratch\" to another folder."
                                   : error.hint());
}

}  // namespace

S3Scratch::S3Scratch(std::string folder) : folder_(std::move(folder)) {}

FileSystem& S3Scratch::files() {
  const std::lock_guard lock(mutex_);
  if (files_) return *files_;
  if (mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("could not create scratch folder \"{}\": {}", folder_, system_message(errno)),
        "Set \"s3.scratch\" to a folder in which walstowd can write.");
  }
  auto files = open_posix_file_system(
      folder_, {.temporary_folder = "_walstow_tmp", .file_mode = 0600, .folder_mode = 0700});
  if (!files) {
    throw Error(ErrorKind::kUnavailable, fmt::format("scratch folder \"{}\" was removed", folder_),
                "Set \"s3.scratch\" to a folder in which walstowd can write.");
  }
  // Where the file system supports files without a name, dead processes have left none.
  files->remove_dead_temporaries();
  files_ = std::move(files);
  return *files_;
}

bool S3Scratch::reserve(std::uint64_t bytes) {
  std::uint64_t taken = taken_;
  while (taken + bytes <= kMemory) {
    if (taken_.compare_exchange_weak(taken, taken + bytes)) return true;
  }
  return false;
}

// The bytes of one object: in memory until the shared room is used up, then in a file.
class S3Staged::Content {
 public:
  explicit Content(S3Scratch& scratch) : scratch_(scratch) {}
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  ~Content() { leave_memory(); }

  std::uint64_t size() const { return size_; }

  void write(ByteView bytes) {
    if (!file_ && scratch_.reserve(bytes.size())) {
      in_memory_ += bytes.size();
      append(bytes);
    } else {
      try {
        if (!file_) move_to_file();
        file_->write_at(size_, bytes);
      } catch (const Error& error) {
        throw_unavailable(error);
      }
    }
    size_ += bytes.size();
  }

  std::size_t read_at(std::uint64_t offset, MutableByteView out) {
    if (file_) return file_->read_at(offset, out);
    std::size_t done = 0;
    while (done < out.size() && offset < size_) {
      const std::vector<std::byte>& piece = pieces_[offset / kPiece];
      const std::size_t begin = offset % kPiece;
      const std::size_t size = std::min(out.size() - done, piece.size() - begin);
      std::copy_n(piece.data() + begin, size, out.data() + done);
      done += size;
      offset += size;
    }
    return done;
  }

 private:
  void append(ByteView bytes) {
    while (!bytes.empty()) {
      if (pieces_.empty() || pieces_.back().size() == kPiece) pieces_.emplace_back();
      std::vector<std::byte>& piece = pieces_.back();
      const std::size_t size = std::min(bytes.size(), kPiece - piece.size());
      piece.insert(piece.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      bytes = bytes.subspan(size);
    }
  }
  void move_to_file() {
    auto file = scratch_.files().create_temporary();
    std::uint64_t offset = 0;
    for (const std::vector<std::byte>& piece : pieces_) {
      file->write_at(offset, piece);
      offset += piece.size();
    }
    file_ = std::move(file);
    leave_memory();
  }
  void leave_memory() {
    pieces_.clear();
    pieces_.shrink_to_fit();
    scratch_.give_back(std::exchange(in_memory_, 0));
  }

  S3Scratch& scratch_;
  std::uint64_t size_ = 0;
  std::uint64_t in_memory_ = 0;                 // its part of the shared room
  std::vector<std::vector<std::byte>> pieces_;  // all but the last one are full
  std::unique_ptr<File> file_;                  // then pieces_ is empty
};

class S3Staged::Source final : public ObjectSource {
 public:
  explicit Source(std::shared_ptr<Content> content)
      : content_(std::move(content)), size_(content_->size()) {}
  std::uint64_t size() const override { return size_; }
  void rewind() override { offset_ = 0; }
  std::size_t read(MutableByteView out) override {
    const std::size_t size = content_->read_at(offset_, out);
    offset_ += size;
    return size;
  }

 private:
  std::shared_ptr<Content> content_;
  std::uint64_t size_;  // of the bytes that were written before this source was made
  std::uint64_t offset_ = 0;
};

S3Staged::S3Staged(S3Scratch& scratch) : content_(std::make_shared<Content>(scratch)) {}
S3Staged::~S3Staged() = default;

void S3Staged::write(ByteView bytes) {
  content_->write(bytes);
  hash_.update(bytes);
}

std::uint64_t S3Staged::size() const {
  return content_->size();
}

std::unique_ptr<ObjectSource> S3Staged::read_back() {
  return std::make_unique<Source>(content_);
}

S3Body S3Staged::body() {
  if (!sha256_) sha256_ = to_hex(hash_.finish());
  return {.size = content_->size(), .sha256 = *sha256_, .restart = [content = content_] {
            auto source = std::make_shared<Source>(content);
            return [source](MutableByteView out) { return source->read(out); };
          }};
}

}  // namespace walstow
