#include "store/service/present_archive.h"

#include <exception>

#include "proto/base/error.h"

namespace walstow {

std::shared_ptr<Archive> PresentArchive::get() {
  std::unique_lock lock(mutex_);
  const std::shared_ptr<Archive> known = opened_;
  lock.unlock();
  if (!known) return open();
  try {
    known->verify_present();
    return known;
  } catch (const Error&) {
    // What is held open is an archive of the past, unless another one has opened it anew by now.
    lock.lock();
    if (opened_ == known) opened_.reset();
    lock.unlock();
    return open();
  }
}

std::shared_ptr<Archive> PresentArchive::open() {
  std::unique_lock lock(mutex_);
  if (opened_) return opened_;
  if (opening_.valid()) {
    const Opening of_another = opening_;
    lock.unlock();
    return of_another.get();
  }
  std::promise<std::shared_ptr<Archive>> result;
  opening_ = result.get_future().share();
  lock.unlock();
  std::shared_ptr<Archive> archive;
  std::exception_ptr failure;
  try {
    archive = open_();
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  opened_ = archive;
  opening_ = {};
  lock.unlock();
  if (failure) {
    result.set_exception(failure);
    std::rethrow_exception(failure);
  }
  result.set_value(archive);
  return archive;
}

}  // namespace walstow
