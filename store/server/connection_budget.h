// Limits the number of connections of one kind that no session serves: connections in their
// handshake, or connections that are being turned away. It never refuses a new connection. If there
// is no room, it cuts the oldest connection of the owner with the most connections. So silent peers
// cannot keep others out, whether they are few or many.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace walstow {

class ConnectionBudget {
 public:
  struct Bounds {
    std::size_t all = 0;
    std::size_t of_one = 0;  // per owner
  };
  explicit ConnectionBudget(Bounds bounds) : bounds_(bounds) {}
  ConnectionBudget(const ConnectionBudget&) = delete;
  ConnectionBudget& operator=(const ConnectionBudget&) = delete;

  // One counted connection, for as long as this object lives or until the connection is cut. `cut`
  // ends the connection. It is called at most once, from any thread, while the budget is locked.
  class Place {
   public:
    Place(ConnectionBudget& budget, std::string owner, std::function<void()> cut)
        : budget_(budget), number_(budget.enter(std::move(owner), std::move(cut))) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { budget_.leave(number_); }

   private:
    ConnectionBudget& budget_;
    std::uint64_t number_;
  };

  std::size_t size() const;

 private:
  struct Connection {
    std::string owner;
    std::function<void()> cut;
  };
  using Connections = std::map<std::uint64_t, Connection>;

  std::uint64_t enter(std::string owner, std::function<void()> cut);
  void leave(std::uint64_t number);
  void cut_oldest_of(const std::string& owner);
  std::string owner_of_most() const;
  void erase(Connections::iterator connection);

  const Bounds bounds_;
  mutable std::mutex mutex_;
  Connections connections_;  // guarded by mutex_, as are the next members; the first is the oldest
  std::map<std::string, std::size_t> of_owner_;  // never 0
  std::uint64_t next_number_ = 0;
};

}  // namespace walstow
