#include "proto/base/mounted_device.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "proto/base/filesystem.h"

namespace walstow {
namespace {

// As the kernel writes it (Linux 6.1).
constexpr const char* kMounts =
    R"(22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
23 22 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw
31 22 8:16 / /mnt rw,relatime shared:30 master:2 - xfs /dev/sdb rw,attr2
40 31 0:45 / /mnt/archive rw,relatime shared:40 - nfs4 nas:/wal rw,vers=4.2,hard
41 31 0:46 /sub /mnt/two\040words\011\134\012x rw - nfs4 nas:/other rw
50 22 0:50 / /srv rw - tmpfs none rw
51 50 0:51 / /srv rw - tmpfs none rw
)";

TEST(MountedDeviceTest, IsThatOfTheLongestMountPointAbove) {
  for (const auto& [path, device] :
       {std::pair("/", "254:1"), std::pair("/srv2", "254:1"), std::pair("/mnt", "8:16"),
        std::pair("/mnt/archive2", "8:16"), std::pair("/mnt/archive", "0:45"),
        std::pair("/mnt/archive/a/b", "0:45"), std::pair("/mnt/two words", "8:16"),
        std::pair("/mnt/two words\t\\\nx/y", "0:46")}) {
    EXPECT_EQ(parse_mounted_device(kMounts, path), device) << path;
  }
}

TEST(MountedDeviceTest, IsThatOfTheTopmostOfSeveralMountsAtOnePlace) {
  EXPECT_EQ(parse_mounted_device(kMounts, "/srv/archive"), "0:51");
}

TEST(MountedDeviceTest, CannotAlwaysBeTold) {
  EXPECT_EQ(parse_mounted_device("", "/mnt"), "");
  EXPECT_EQ(parse_mounted_device("22 1 254:1 /\n\nx\n", "/mnt"), "");
  EXPECT_EQ(parse_mounted_device("40 31 0:45 / /mnt rw\n", "/srv"), "") << "below a chroot";
  EXPECT_EQ(parse_mounted_device(kMounts, "s3://bucket"), "");
  EXPECT_EQ(parse_mounted_device(kMounts, ""), "");
}

TEST(MountedDeviceTest, OfThisMachineIsWhatStatTells) {
  struct stat status {};
  ASSERT_EQ(::stat("/proc/self", &status), 0);
  EXPECT_EQ(mounted_device("/proc/self"),
            fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev)));
}

TEST(MountedDeviceTest, WithoutADescriptorCannotBeTold) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::string device = mounted_device("/proc");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(device, "");
}

}  // namespace
}  // namespace walstow
