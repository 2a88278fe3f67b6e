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

// Header fields, in the order in which they were added.
class Fields {
 public:
  void set(std::string_view name, std::string value);  // replaces an existing field of that name
  // Code that parses a head calls this. Two fields with the same name form a list (RFC 9110,
  // section 5.2), but no walstow field takes a list. So the parser refuses a field that was sent
  // twice. Otherwise one end might use the first value, and the other end the last.
  void add(std::string_view name, std::string value);
  // Returns nullptr if there is no such field. The pointer is valid until the next set() or add().
  const std::string* find(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::string* find_mutable(std::string_view name);

  std::vector<std::pair<std::string, std::string>> all_;
};

struct RequestHead {
  Method method = Method::kGet;
  std::string target;  // path and query, in the form in which they are sent
  // Without Content-Length and Transfer-Encoding: the connection adds them.
  Fields fields;
};

struct ReplyHead {
  int status = 0;
  Fields fields;
};

// walstow's own field names, and the standard ones that it uses. PROTOCOL.md explains each.
namespace field {
inline constexpr std::string_view kVersion = "Walstow-Version";  // in requests and replies: "1"
inline constexpr std::string_view kSystem = "Walstow-System";    // system identifier, decimal
inline constexpr std::string_view kSegmentSize = "Walstow-Segment-Size";  // bytes, decimal
// Size of the raw file in bytes.
inline constexpr std::string_view kSize = "Walstow-Size";
// Digest of the raw file: "xxh128=HEX".
inline constexpr std::string_view kDigest = "Walstow-Digest";
// SHA-256 of the raw file, hex.
inline constexpr std::string_view kSha256 = "Walstow-Sha256";
inline constexpr std::string_view kArchive = "Walstow-Archive";  // the archive's id, in replies
// The name of the era, in replies about a file.
inline constexpr std::string_view kEra = "Walstow-Era";
inline constexpr std::string_view kRequest = "Walstow-Request";    // random text, repeated in a
                                                                   // proof
inline constexpr std::string_view kInstance = "Walstow-Instance";  // id of a data directory
inline constexpr std::string_view kSequence = "Walstow-Sequence";  // orders the instance's reports
// The boot of the instance's machine.
inline constexpr std::string_view kBoot = "Walstow-Boot";
inline constexpr std::string_view kHost = "Walstow-Host";
// The standby's name, if it has one.
inline constexpr std::string_view kStandby = "Walstow-Standby";
inline constexpr std::string_view kRole = "Walstow-Role";                  // "standby" or "primary"
inline constexpr std::string_view kLastHanded = "Walstow-Last-Handed";     // a segment's name
inline constexpr std::string_view kRestartpoint = "Walstow-Restartpoint";  // a segment's name
inline constexpr std::string_view kPublicKey = "Walstow-Public-Key";       // a client's key, base64
inline constexpr std::string_view kGrants = "Walstow-Grants";              // a client's rights
inline constexpr std::string_view kIfGrants = "Walstow-If-Grants";  // the rights before a change
inline constexpr std::string_view kUntil = "Walstow-Until";         // its certificate's expiry
inline constexpr std::string_view kFrom = "Walstow-From";           // where a hold or backup begins
inline constexpr std::string_view kTo = "Walstow-To";               // where the hold or backup ends
inline constexpr std::string_view kReason = "Walstow-Reason";       // of a hold
inline constexpr std::string_view kTimeline = "Walstow-Timeline";   // a timeline's number
inline constexpr std::string_view kStopped = "Walstow-Stopped";     // when a backup ended
inline constexpr std::string_view kLabel = "Walstow-Label";  // a backup's label, or a pattern
inline constexpr std::string_view kKeepBackups = "Walstow-Keep-Backups";    // how many backups to
                                                                            // keep
inline constexpr std::string_view kKeepDays = "Walstow-Keep-Days";          // keep all backups of
                                                                            // this many days
inline constexpr std::string_view kBefore = "Walstow-Before";               // prune nothing from
                                                                            // this position on
inline constexpr std::string_view kStandbyLimit = "Walstow-Standby-Limit";  // days
inline constexpr std::string_view kNewTimelines = "Walstow-New-Timelines";  // the clients that may
                                                                            // open timelines
inline constexpr std::string_view kFloor = "Walstow-Floor";  // the floor that the caller was shown
inline constexpr std::string_view kQuota = "Walstow-Quota";  // in bytes; 0 for none
inline constexpr std::string_view kAcceptEncoding = "Accept-Encoding";
inline constexpr std::string_view kContentEncoding = "Content-Encoding";
inline constexpr std::string_view kContentType = "Content-Type";
inline constexpr std::string_view kCacheControl = "Cache-Control";
inline constexpr std::string_view kExpect = "Expect";
inline constexpr std::string_view kHttpHost = "Host";  // required in every HTTP/1.1 request
}  // namespace field

inline constexpr std::string_view kProtocolVersion = "1";
inline constexpr std::string_view kJsonType = "application/json";

// Limits that both ends apply to what they receive.
inline constexpr std::size_t kLargestHead =
    std::size_t{16} * 1024;                     // for the head of a request or reply, in bytes
inline constexpr std::size_t kMostFields = 64;  // the maximum in a request's head
inline constexpr std::size_t kLargestJson = std::size_t{1024} * 1024;  // for a JSON body, in bytes

// percent_encoded() encodes all but the unreserved characters (RFC 3986). Decoding returns nullopt
// if the text is invalid.
std::string percent_encoded(std::string_view text);
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace walstow
