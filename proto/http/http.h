// The part of HTTP/1.1 that commands use, independent of sockets and HTTP libraries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace walstow {

enum class Method { kGet, kHead, kPut, kPost, kDelete };
std::string_view to_string(Method method);

// Compares field names and tokens (RFC 9110, section 5.1): ASCII only, in every locale.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Header fields in order.
class Fields {
 public:
  void set(std::string_view name, std::string value);  // replaces a field of that name
  // For readers of a head: a second field of one name makes a list (RFC 9110, section 5.2). No
  // walstow field takes a list, so the parser refuses one that was sent twice. Otherwise one end
  // would use the first and the other end the last.
  void add(std::string_view name, std::string value);
  // nullptr: absent. The pointer is valid until the next set() or add().
  const std::string* find(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::string* find_mutable(std::string_view name);

  std::vector<std::pair<std::string, std::string>> all_;
};

struct RequestHead {
  Method method = Method::kGet;
  std::string target;  // path and query, as on the wire
  Fields fields;       // without Content-Length and Transfer-Encoding: framing is the connection's
};

struct ReplyHead {
  int status = 0;
  Fields fields;
};

// walstow's own field names, and the standard ones that it uses. PROTOCOL.md explains each.
namespace field {
inline constexpr std::string_view kVersion = "Walstow-Version";  // both ways: "1"
inline constexpr std::string_view kSystem = "Walstow-System";    // system identifier, decimal
inline constexpr std::string_view kSegmentSize = "Walstow-Segment-Size";  // bytes, decimal
inline constexpr std::string_view kSize = "Walstow-Size";                 // raw bytes of the file
inline constexpr std::string_view kDigest = "Walstow-Digest";      // "xxh128=HEX" of the raw file
inline constexpr std::string_view kArchive = "Walstow-Archive";    // archive id, in replies
inline constexpr std::string_view kEra = "Walstow-Era";            // in replies about a file
inline constexpr std::string_view kRequest = "Walstow-Request";    // random, repeated in a proof
inline constexpr std::string_view kInstance = "Walstow-Instance";  // one data directory
inline constexpr std::string_view kSequence = "Walstow-Sequence";  // order of its reports
inline constexpr std::string_view kBoot = "Walstow-Boot";          // a boot of its machine
inline constexpr std::string_view kHost = "Walstow-Host";
inline constexpr std::string_view kStandby = "Walstow-Standby";         // its name, when it has one
inline constexpr std::string_view kRole = "Walstow-Role";               // "standby" or "primary"
inline constexpr std::string_view kLastHanded = "Walstow-Last-Handed";  // a segment's name
inline constexpr std::string_view kRestartpoint = "Walstow-Restartpoint";  // a segment's name
inline constexpr std::string_view kPublicKey = "Walstow-Public-Key";       // a client's, base64
inline constexpr std::string_view kGrants = "Walstow-Grants";              // a client's
inline constexpr std::string_view kUntil = "Walstow-Until";                // its certificate's end
inline constexpr std::string_view kFrom = "Walstow-From";          // where a hold or backup begins
inline constexpr std::string_view kTo = "Walstow-To";              // where it ends
inline constexpr std::string_view kReason = "Walstow-Reason";      // of a hold
inline constexpr std::string_view kTimeline = "Walstow-Timeline";  // its number
inline constexpr std::string_view kStopped = "Walstow-Stopped";    // when a backup ended
inline constexpr std::string_view kLabel = "Walstow-Label";        // of a backup, or a pattern
inline constexpr std::string_view kKeepBackups = "Walstow-Keep-Backups";    // how many
inline constexpr std::string_view kKeepDays = "Walstow-Keep-Days";          // all that are younger
inline constexpr std::string_view kBefore = "Walstow-Before";               // prune no further
inline constexpr std::string_view kStandbyLimit = "Walstow-Standby-Limit";  // days
inline constexpr std::string_view kNewTimelines = "Walstow-New-Timelines";  // clients
inline constexpr std::string_view kFloor = "Walstow-Floor";                 // that was shown
inline constexpr std::string_view kQuota = "Walstow-Quota";                 // bytes, 0 for none
inline constexpr std::string_view kAcceptEncoding = "Accept-Encoding";
inline constexpr std::string_view kContentEncoding = "Content-Encoding";
inline constexpr std::string_view kContentType = "Content-Type";
inline constexpr std::string_view kCacheControl = "Cache-Control";
inline constexpr std::string_view kExpect = "Expect";
}  // namespace field

inline constexpr std::string_view kProtocolVersion = "1";
inline constexpr std::string_view kJsonType = "application/json";

// Limits on what either end accepts.
inline constexpr std::size_t kLargestHead =
    std::size_t{16} * 1024;                     // bytes of a request's or reply's head
inline constexpr std::size_t kMostFields = 64;  // of a request's head
inline constexpr std::size_t kLargestJson = std::size_t{1024} * 1024;  // bytes of a JSON body

// Percent-encodes all but unreserved characters (RFC 3986), and decodes them; nullopt: invalid.
std::string percent_encoded(std::string_view text);
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace walstow
