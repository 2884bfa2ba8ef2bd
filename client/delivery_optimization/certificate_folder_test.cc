#include "client/delivery_optimization/certificate_folder.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace convoy::delivery_optimization {
namespace {

class CertificateFolderTest : public ::testing::Test {
 protected:
  CertificateFolderTest() {
    std::string name = ::testing::TempDir() + "/certificates-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  ~CertificateFolderTest() override { std::filesystem::remove_all(root_); }

  const std::string& root() const { return root_; }
  std::string path() const { return root_ + "/state/certificates"; }

  static std::string BytesOf(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static mode_t ModeOf(const std::string& file) {
    struct stat info = {};
    EXPECT_EQ(stat(file.c_str(), &info), 0) << file;
    return info.st_mode & 07777;
  }

 private:
  std::string root_;
};

TEST_F(CertificateFolderTest, FilesAreNamedByTheirBytesAndForTheUserAlone) {
  const CertificateFolder folder(path());
  UniqueFd lock;
  ASSERT_EQ(folder.Lock(&lock), S_OK);
  std::string file;
  ASSERT_EQ(folder.Write("abc", &file), S_OK);
  // FIPS 180-2's example of SHA-256.
  EXPECT_EQ(file, path() +
                      "/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff6"
                      "1f20015ad.pem");
  EXPECT_EQ(BytesOf(file), "abc");
  EXPECT_EQ(ModeOf(file), 0600u);
  EXPECT_EQ(ModeOf(path()), 0700u);
  EXPECT_EQ(ModeOf(root() + "/state"), 0700u);
  std::string again;
  EXPECT_EQ(folder.Write("abc", &again), S_OK);
  EXPECT_EQ(again, file);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path()), {}), 1);
  std::ofstream(path() + "/other.pem") << "x";
  EXPECT_EQ(folder.Files(), std::vector<std::string>{file});
  std::filesystem::remove(path() + "/other.pem");
  folder.Remove(file);
  EXPECT_TRUE(std::filesystem::is_empty(path()));
}

TEST_F(CertificateFolderTest, DaemonsOfAUserAreApart) {
  setenv("XDG_STATE_HOME", root().c_str(), 1);
  const CertificateFolder one = CertificateFolder::OfDaemon("/run/one.sock");
  UniqueFd lock;
  ASSERT_EQ(one.Lock(&lock), S_OK);
  std::string file;
  ASSERT_EQ(one.Write("abc", &file), S_OK);
  EXPECT_EQ(file.find(root() + "/convoy/certificates/"), 0u);
  EXPECT_TRUE(CertificateFolder::OfDaemon("/run/one.sock").Has(file));
  EXPECT_FALSE(CertificateFolder::OfDaemon("/run/two.sock").Has(file));
  unsetenv("XDG_STATE_HOME");
}

TEST_F(CertificateFolderTest, KnowsTheNamesOfItsOwnFiles) {
  const CertificateFolder folder(path());
  const std::string digest(64, 'a');
  EXPECT_TRUE(folder.Has(path() + "/" + digest + ".pem"));
  EXPECT_FALSE(folder.Has(path() + "/" + digest));
  EXPECT_FALSE(folder.Has(path() + "/" + std::string(64, 'x') + ".pem"));
  EXPECT_FALSE(folder.Has(path() + "/a/" + std::string(62, 'a') + ".pem"));
  EXPECT_FALSE(folder.Has("/elsewhere/" + digest + ".pem"));
  EXPECT_FALSE(folder.Has(""));
}

TEST_F(CertificateFolderTest, AFolderThatOthersMayReadIsClosed) {
  std::filesystem::create_directories(path());
  ASSERT_EQ(chmod(path().c_str(), 0755), 0);
  UniqueFd lock;
  ASSERT_EQ(CertificateFolder(path()).Lock(&lock), S_OK);
  EXPECT_EQ(ModeOf(path()), 0700u);
}

TEST_F(CertificateFolderTest, OneHoldsTheLockAtATime) {
  const CertificateFolder folder(path());
  UniqueFd first;
  ASSERT_EQ(folder.Lock(&first), S_OK);
  std::atomic<bool> is_released{false};
  std::thread second([&] {
    UniqueFd lock;
    EXPECT_EQ(folder.Lock(&lock), S_OK);
    EXPECT_TRUE(is_released);
  });
  is_released = true;
  first.reset();
  second.join();
}

TEST_F(CertificateFolderTest, WhatCannotBeAFolderIsRefused) {
  UniqueFd lock;
  std::ofstream(root() + "/file") << "x";
  EXPECT_TRUE(FAILED(CertificateFolder(root() + "/file/in").Lock(&lock)));
  EXPECT_TRUE(FAILED(CertificateFolder(root() + "/file").Lock(&lock)));
  EXPECT_TRUE(FAILED(CertificateFolder("").Lock(&lock)));
  // A link may lead to where others write.
  std::filesystem::create_directory(root() + "/real");
  std::filesystem::create_symlink(root() + "/real", root() + "/link");
  EXPECT_TRUE(FAILED(CertificateFolder(root() + "/link").Lock(&lock)));
}

}  // namespace
}  // namespace convoy::delivery_optimization
