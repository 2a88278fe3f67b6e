#include "store/server/connection_budget.h"

#include <algorithm>

namespace walstow {

std::size_t ConnectionBudget::size() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

std::uint64_t ConnectionBudget::enter(std::string owner, std::function<void()> cut) {
  const std::lock_guard lock(mutex_);
  const auto own = of_owner_.find(owner);
  if (own != of_owner_.end() && own->second >= bounds_.of_one) {
    cut_oldest_of(owner);
  } else if (connections_.size() >= bounds_.all) {
    cut_oldest_of(owner_of_most());
  }
  ++of_owner_[owner];
  connections_.emplace(next_number_, Connection{.owner = std::move(owner), .cut = std::move(cut)});
  return next_number_++;
}

void ConnectionBudget::leave(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto connection = connections_.find(number);
  if (connection != connections_.end()) erase(connection);
}

void ConnectionBudget::cut_oldest_of(const std::string& owner) {
  const auto oldest = std::find_if(connections_.begin(), connections_.end(),
                                   [&](const auto& one) { return one.second.owner == owner; });
  if (oldest == connections_.end()) return;
  oldest->second.cut();
  erase(oldest);
}

// If several owners have equally many, the one with the oldest connection.
std::string ConnectionBudget::owner_of_most() const {
  std::size_t most = 0;
  const std::string* found = nullptr;
  for (const auto& [number, connection] : connections_) {
    const std::size_t count = of_owner_.at(connection.owner);
    if (count <= most) continue;
    most = count;
    found = &connection.owner;
  }
  return found == nullptr ? std::string() : *found;
}

void ConnectionBudget::erase(Connections::iterator connection) {
  const auto owner = of_owner_.find(connection->second.owner);
  if (--owner->second == 0) of_owner_.erase(owner);
  connections_.erase(connection);
}

}  // namespace walstow
