#include "tests/support/forgetful_file_system.h"

#include <utility>

#include "tests/support/machine.h"
#include "tests/support/mounted_file_system.h"

namespace walstow {

ForgetfulDisk::ForgetfulDisk(TemporaryStyle temporaries)
    : machine_(std::make_shared<Machine>(temporaries)) {}

std::unique_ptr<FileSystem> ForgetfulDisk::mount() {
  return std::make_unique<MountedFileSystem>(machine_);
}

void ForgetfulDisk::kill(FileSystem& mounted) {
  machine_->kill(dynamic_cast<MountedFileSystem&>(mounted).process());
}

void ForgetfulDisk::cut_at(std::size_t point, CutMoment moment) {
  machine_->cut_at(point, moment);
}

void ForgetfulDisk::interleave_at(std::size_t point, std::function<void()> other) {
  machine_->interleave_at(point, std::move(other));
}

bool ForgetfulDisk::power_is_off() const {
  return machine_->power_is_off();
}

void ForgetfulDisk::power_cut(CutMode mode) {
  machine_->power_cut(mode);
}

std::size_t ForgetfulDisk::crash_points() const {
  return machine_->crash_points();
}

std::vector<std::string> ForgetfulDisk::journal() const {
  return machine_->journal();
}

}  // namespace walstow
