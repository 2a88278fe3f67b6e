#include "store/service/present_archive.h"

#include <exception>

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
    // The open archive is outdated, unless another caller has already reopened it.
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
    const Opened& opened = of_another.get();
    if (opened.archive == nullptr) throw Error(opened.kind, opened.problem, opened.hint);
    return opened.archive;
  }
  std::promise<Opened> result;
  opening_ = result.get_future().share();
  lock.unlock();
  Opened opened;
  std::exception_ptr failure;
  try {
    opened.archive = open_();
  } catch (const Error& error) {
    failure = std::current_exception();
    opened.kind = error.kind();
    opened.problem = error.what();
    opened.hint = error.hint();
  } catch (const std::exception& error) {
    failure = std::current_exception();
    opened.problem = error.what();
  }
  lock.lock();
  opened_ = opened.archive;
  opening_ = {};
  lock.unlock();
  result.set_value(opened);
  if (failure) std::rethrow_exception(failure);
  return opened.archive;
}

}  // namespace walstow
