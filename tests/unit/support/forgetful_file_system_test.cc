// What a ForgetfulDisk keeps over a power cut of what was and was not synced. A disk kinder than
// this would let code pass that loses files.
#include "tests/support/forgetful_file_system.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "proto/base/error.h"

namespace walstow {
namespace {

// Every path on the disk, folders with a "/", files with their content: {"a/", "a/b=content"}.
void add_tree(FileSystem& files, const std::string& folder, std::vector<std::string>& tree) {
  const auto names = files.list(folder).value();
  for (const auto& name : names) {
    const std::string path = folder == "." ? name : folder + "/" + name;
    if (files.status(path)->type == FileStatus::Type::kFolder) {
      tree.push_back(path + "/");
      add_tree(files, path, tree);
    } else {
      tree.push_back(path + "=" + read_small_file(files, path, 1000).value());
    }
  }
}

std::vector<std::string> tree_of(ForgetfulDisk& disk) {
  const auto files = disk.mount();
  std::vector<std::string> tree;
  add_tree(*files, ".", tree);
  std::erase(tree, "_tmp/");
  return tree;
}

// What all tests begin with, durable: tree {"d/", "d/inner=inner", "e/", "old=old"}.
void begin(FileSystem& files) {
  create_durably(files, "old", "old");
  make_folders_durably(files, "d");
  make_folders_durably(files, "e");
  create_durably(files, "d/inner", "inner");
}

enum class ContentSync { kYes, kNo };

std::unique_ptr<File> temporary(FileSystem& files, const std::string& content, ContentSync sync) {
  auto file = files.create_temporary();
  file->write_at(0, as_bytes(content));
  if (sync == ContentSync::kYes) file->sync();
  return file;
}

void link_new(FileSystem& files, const std::string& path, ContentSync sync) {
  const auto file = temporary(files, "new", sync);
  files.link_temporary(*file, path);
  file->close();
}

void replace_old(FileSystem& files, ContentSync sync) {
  const auto file = temporary(files, "new", sync);
  files.replace_by_temporary(*file, "old");
  file->close();
}

struct Rule {
  std::string title;
  std::function<void(FileSystem&)> work;
  std::vector<std::string> durable;
};

std::vector<Rule> rules() {
  using Files = FileSystem&;
  const auto yes = ContentSync::kYes;
  const auto no = ContentSync::kNo;
  return {
      {"a linked file is there when it and its folder were synced",
       [=](Files files) {
         link_new(files, "new", yes);
         files.sync_folder(".");
       },
       {"d/", "d/inner=inner", "e/", "new=new", "old=old"}},
      {"a link without sync_folder is gone",
       [=](Files files) { link_new(files, "new", yes); },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a link is not made durable by the sync of another folder",
       [=](Files files) {
         link_new(files, "d/new", yes);
         files.sync_folder(".");
         files.sync_folder("e");
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a link is not made durable by a sync_folder before it",
       [=](Files files) {
         files.sync_folder(".");
         link_new(files, "new", yes);
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a link is not made durable by a sync of its file",
       [=](Files files) {
         link_new(files, "new", no);
         files.open_file("new")->sync();
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a file that was not synced is empty, whatever was done to its folder",
       [=](Files files) {
         link_new(files, "new", no);
         files.sync_folder(".");
       },
       {"d/", "d/inner=inner", "e/", "new=", "old=old"}},
      {"what was written after the sync is gone",
       [=](Files files) {
         const auto file = files.open_or_create("old");
         file->write_at(0, as_bytes("NEW and longer"));
         file->close();
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a sync through another opened file counts",
       [=](Files files) {
         files.open_or_create("old")->write_at(0, as_bytes("NEW"));
         files.open_file("old")->sync();
       },
       {"d/", "d/inner=inner", "e/", "old=NEW"}},
      {"a created file is gone without sync_folder",
       [=](Files files) { files.open_or_create("new")->sync(); },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"the file of a lock is gone without sync_folder",
       [=](Files files) { files.lock("lock"); },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a new folder whose parent was not synced is gone with all in it",
       [=](Files files) {
         files.make_folder("f");
         link_new(files, "f/new", yes);
         files.sync_folder("f");
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a new folder two levels up takes everything along, too",
       [=](Files files) {
         files.make_folder("f");
         files.make_folder("f/g");
         link_new(files, "f/g/new", yes);
         files.sync_folder("f/g");
         files.sync_folder("f");
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a new folder is there with its parent's sync, what was made in it is not",
       [=](Files files) {
         files.make_folder("f");
         link_new(files, "f/new", yes);
         files.sync_folder(".");
       },
       {"d/", "d/inner=inner", "e/", "f/", "old=old"}},
      {"a removal without sync_folder did not happen",
       [=](Files files) {
         files.remove("old");
         files.remove("e");
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a removal with sync_folder did",
       [=](Files files) {
         files.remove("old");
         files.remove("e");
         files.sync_folder(".");
       },
       {"d/", "d/inner=inner"}},
      {"a replacement without sync_folder leaves the old file",
       [=](Files files) { replace_old(files, yes); },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a replacement with sync_folder leaves the new one",
       [=](Files files) {
         replace_old(files, yes);
         files.sync_folder(".");
       },
       {"d/", "d/inner=inner", "e/", "old=new"}},
      {"a replacement by what was not synced leaves neither content",
       [=](Files files) {
         replace_old(files, no);
         files.sync_folder(".");
       },
       {"d/", "d/inner=inner", "e/", "old="}},
      {"a renaming without sync_folder leaves the old name",
       [=](Files files) { files.rename("old", "renamed"); },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a renaming with sync_folder leaves the new one",
       [=](Files files) {
         files.rename("old", "renamed");
         files.sync_folder(".");
       },
       {"d/", "d/inner=inner", "e/", "renamed=old"}},
      {"a move of which only the folder it left was synced loses the file",
       [=](Files files) {
         files.rename("d/inner", "e/moved");
         files.sync_folder("d");
       },
       {"d/", "e/", "old=old"}},
      {"a move of which only the folder it reached was synced leaves both names",
       [=](Files files) {
         files.rename("d/inner", "e/moved");
         files.sync_folder("e");
       },
       {"d/", "d/inner=inner", "e/", "e/moved=inner", "old=old"}},
      {"a move with both folders synced is a move",
       [=](Files files) {
         files.rename("d/inner", "e/moved");
         files.sync_folder("e");
         files.sync_folder("d");
       },
       {"d/", "e/", "e/moved=inner", "old=old"}},
      {"a moved folder that survives twice has one name",
       [=](Files files) {
         files.rename("d", "e/d");
         files.sync_folder("e");
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
      {"a temporary is gone",
       [=](Files files) {
         temporary(files, "new", yes);
         files.sync_folder(".");
       },
       {"d/", "d/inner=inner", "e/", "old=old"}},
  };
}

class Durability : public testing::TestWithParam<TemporaryStyle> {};

INSTANTIATE_TEST_SUITE_P(All, Durability,
                         testing::Values(TemporaryStyle::kAutomatic, TemporaryStyle::kNamed),
                         [](const auto& style) {
                           return style.param == TemporaryStyle::kNamed ? "Named" : "Anonymous";
                         });

TEST_P(Durability, OnlyWhatWasSyncedSurvives) {
  for (const auto& rule : rules()) {
    SCOPED_TRACE(rule.title);
    ForgetfulDisk disk(GetParam());
    const auto files = disk.mount();
    begin(*files);
    rule.work(*files);
    disk.power_cut(CutMode::only_durable());
    EXPECT_EQ(tree_of(disk), rule.durable);
    disk.power_cut(CutMode::only_durable());
    EXPECT_EQ(tree_of(disk), rule.durable) << "what was found once must be found again";
  }
}

TEST_P(Durability, EverythingSurvivesInTheOtherExtreme) {
  for (const auto& rule : rules()) {
    SCOPED_TRACE(rule.title);
    ForgetfulDisk disk(GetParam());
    const auto files = disk.mount();
    begin(*files);
    rule.work(*files);
    const auto before = tree_of(disk);
    disk.power_cut(CutMode::everything());
    EXPECT_EQ(tree_of(disk), before);
    disk.power_cut(CutMode::only_durable());
    EXPECT_EQ(tree_of(disk), before) << "what was found once must be found again";
  }
}

TEST(ForgetfulDisk, TwoNamesOfOneFileShareItsContent) {
  ForgetfulDisk disk;
  {
    const auto files = disk.mount();
    begin(*files);
    files->rename("d/inner", "e/moved");
    files->sync_folder("e");
  }
  disk.power_cut(CutMode::only_durable());
  const auto files = disk.mount();
  EXPECT_EQ(files->status("d/inner")->inode, files->status("e/moved")->inode);
  files->open_or_create("d/inner")->write_at(0, as_bytes("I"));
  EXPECT_EQ(read_small_file(*files, "e/moved", 10), "Inner");
  files->rename("d/inner", "e/moved");
  EXPECT_EQ(files->status("d/inner")->inode, files->status("e/moved")->inode);
}

TEST(ForgetfulDisk, MisusedTemporariesAreDefects) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  const auto other = disk.mount();
  const auto file = files->create_temporary();
  EXPECT_THROW(other->link_temporary(*file, "a"), std::logic_error);
  EXPECT_THROW(files->link_temporary(*files->open_or_create("b"), "a"), std::logic_error);
  files->link_temporary(*file, "a");
  EXPECT_THROW(files->link_temporary(*file, "c"), std::logic_error);
  const auto closed = files->create_temporary();
  closed->close();
  EXPECT_THROW(files->link_temporary(*closed, "d"), std::logic_error);
  EXPECT_THROW(closed->write_at(0, as_bytes("x")), Error);
}

}  // namespace
}  // namespace walstow
