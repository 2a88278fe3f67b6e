#include "store/admin/check/restore_trial.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/base/run_command.h"
#include "proto/program/exit_code.h"
#include "proto/program/stop_signal.h"
#include "proto/wal/segment_header.h"

namespace walstow {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes

constexpr std::string_view kScratchName = "walstow-check-";
// Longer than any check takes.
constexpr std::chrono::hours kScratchIsOld{1};

// A check that was killed by SIGKILL has left its folder, with a whole segment.
void remove_old_scratch_folders() {
  boost::system::error_code error;
  const auto now =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - kScratchIsOld);
  for (fs::directory_iterator entry(fs::temp_directory_path(error), error), end;
       !error && entry != end; entry.increment(error)) {
    const fs::path path = entry->path();
    boost::system::error_code ignored;  // another user's
    if (path.filename().string().starts_with(kScratchName) &&
        fs::last_write_time(path, ignored) < now && !ignored) {
      fs::remove_all(path, ignored);
    }
  }
}

// A new folder that only this user can enter, removed with its content.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = fmt::format("{}/{}XXXXXX", fs::temp_directory_path().string(), kScratchName);
    if (mkdtemp(name.data()) == nullptr) {
      throw_system_error("could not create a scratch folder", errno);
    }
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    boost::system::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

bool same_content(File& one, File& other) {
  const std::uint64_t size = one.status().size;
  if (size != other.status().size) return false;
  std::vector<std::byte> left(kPiece), right(kPiece);
  for (std::uint64_t at = 0; at < size; at += kPiece) {
    const std::size_t got = one.read_at(at, left);
    if (other.read_at(at, right) != got) return false;
    if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(got), right.begin()))
      return false;
  }
  return true;
}

// "": it is the segment of that name.
std::string fault_of(File& restored, const TrialRequest& request) {
  if (const auto original = request.wal_folder.open_file(request.file.text())) {
    return same_content(restored, *original) ? "" : "it differs from the file in pg_wal";
  }
  std::array<std::byte, kSegmentHeaderSize> beginning{};
  const std::size_t size = restored.read_at(0, beginning);
  const auto parsed = parse_segment_header(ByteView(beginning).first(size));
  if (!parsed.header) return "it is not a segment";
  const SegmentExpectation expected{.name = request.file,
                                    .file_size = restored.status().size,
                                    .system_identifier = request.system_identifier};
  const auto fault = check_segment_header(*parsed.header, expected);
  return fault ? *fault : "";
}

std::string cause_of(const CommandResult& done) {
  if (done.ended_late) return "it did not end in time";
  if (done.code == exit_code::kAbsent && done.errors.empty()) {
    return fmt::format("exit code {}: the archive does not have it", done.code);
  }
  const std::string line = done.errors.substr(0, done.errors.find('\n'));
  return fmt::format("exit code {}{}{}", done.code, line.empty() ? "" : ": ", escaped(line));
}

// "": restored, and right. Nothing of it is left when it returns.
std::string try_restore(const TrialRequest& request) {
  const ScratchFolder scratch;
  const std::string& name = request.file.text();
  const std::string line =
      restore_command_line(request.command, name, fmt::format("{}/{}", scratch.path(), name));
  const std::vector<std::string> words{"/bin/sh", "-c", line};
  const CommandResult done = run_command(words, scratch.path(), request.deadline, is_stopped);
  if (done.code != 0 || done.ended_late) return cause_of(done);
  const auto folder = open_posix_file_system(scratch.path());
  const auto restored = folder ? folder->open_file(name) : nullptr;
  if (restored == nullptr) return "exit code 0, but there is no file";
  return fault_of(*restored, request);
}

}  // namespace

std::string restore_command_line(std::string_view command, const std::string& file,
                                 const std::string& path) {
  std::string line;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char next = command[i] == '%' && i + 1 < command.size() ? command[i + 1] : '\0';
    switch (next) {
      case 'f':
      case 'r':
        line += file;
        break;
      case 'p':
        line += path;
        break;
      case '%':
        line += '%';
        break;
      default:
        line += command[i];
        continue;
    }
    ++i;
  }
  return line;
}

void add_restore_trial(const TrialRequest& request, CheckResult& result) {
  catch_stop_signals();
  remove_old_scratch_folders();
  const Clock::time_point begin = Clock::now();
  const std::string fault = try_restore(request);
  end_by_stop_signal();
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  if (fault.empty()) {
    result.add(Severity::kOk, CheckedPart::kRestore,
               fmt::format("{} was restored in {:.2f} s", request.file.text(), took));
    result.measures.push_back({"restore", took, "s"});
    return;
  }
  result.add(
      Severity::kCritical, CheckedPart::kRestore,
      fmt::format("could not restore {}: {}", request.file.text(), fault),
      fmt::format("Run the command by hand: {}",
                  restore_command_line(request.command, request.file.text(), "/tmp/restored")));
}

}  // namespace walstow
