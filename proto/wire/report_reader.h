// Reads the JSON body of an answer from outside. Also makes and reads the objects that several
// bodies share. Private to this folder.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/base/utc_time_micro.h"
#include "proto/identity/grant.h"
#include "proto/wire/report.h"

namespace walstow {

// Throws Error{kUnavailable} for anything but a JSON object. `what` completes the message "is not a
// ...".
boost::json::object parse_report_body(std::string_view body, std::string_view what);

// Reads the members of one object in a body. Each getter throws if the member has another type. It
// also throws if the member is absent, except for getters with `_or_`. Getters for members that
// later releases added have a default value. So the reader understands a store of an earlier
// release.
class ReportReader {
 public:
  ReportReader(const boost::json::object& object, std::string_view what)
      : object_(object), what_(what) {}

  const boost::json::object& members() const { return object_; }
  std::string text(std::string_view name) const;
  std::string text_or_empty(std::string_view name) const {
    return object_.contains(name) ? text(name) : std::string();
  }
  std::uint64_t number(std::string_view name) const;
  std::uint32_t small_number(std::string_view name) const;
  std::optional<std::uint32_t> small_number_or_null(std::string_view name) const;
  std::optional<std::uint32_t> small_number_or_none(std::string_view name) const {
    return object_.contains(name) ? small_number_or_null(name) : std::nullopt;
  }
  bool truth(std::string_view name) const;
  bool truth_or_false(std::string_view name) const { return object_.contains(name) && truth(name); }
  Time time(std::string_view name) const;
  std::optional<Time> time_or_null(std::string_view name) const;
  TimeMicro time_micro(std::string_view name) const;
  std::optional<TimeMicro> time_micro_or_null(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<std::string> texts_or_none(std::string_view name) const {
    return object_.contains(name) ? texts(name) : std::vector<std::string>();
  }
  Grants grants(std::string_view name) const;
  // Returns nullopt for null.
  std::optional<std::uint64_t> optional_number(std::string_view name) const;
  std::optional<Time> optional_time(std::string_view name) const;
  std::uint64_t number_or_0(std::string_view name) const;

  // Returns one item for each object of an array.
  template <class Read>
  auto objects(std::string_view name, Read read) const {
    std::vector<decltype(read(*this))> items;
    for (const boost::json::value& item : array(name)) {
      if (!item.is_object()) fail(name, "an array of objects");
      items.push_back(read(ReportReader(item.get_object(), what_)));
    }
    return items;
  }
  // Returns no items if the member is absent.
  template <class Read>
  auto objects_or_none(std::string_view name, Read read) const {
    if (object_.contains(name)) return objects(name, read);
    return std::vector<decltype(read(*this))>();
  }

  // Returns nullopt for null.
  template <class Read>
  auto optional_object(std::string_view name, Read read) const {
    std::optional<decltype(read(*this))> item;
    if (!object_.contains(name) || is_null(name)) return item;
    item = read(ReportReader(object(name), what_));
    return item;
  }

 private:
  const boost::json::object& object(std::string_view name) const;
  bool is_null(std::string_view name) const;
  const boost::json::array& array(std::string_view name) const;
  [[noreturn]] void fail(std::string_view name, std::string_view form) const;

  const boost::json::object& object_;
  std::string_view what_;
};

// The functions below make objects that occur in several bodies.
boost::json::object hole_object(const HoleReport& hole);
HoleReport read_hole(const ReportReader& reader);
boost::json::object backup_object(const BackupReport& backup);
BackupReport read_backup(const ReportReader& reader);
boost::json::object retention_object(const RetentionReport& retention);
RetentionReport read_retention(const ReportReader& reader);
boost::json::object withdrawn_object(const WithdrawnReport& report);
WithdrawnReport read_withdrawn(const ReportReader& reader);

}  // namespace walstow
