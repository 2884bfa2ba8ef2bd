#include <sys/stat.h>
#include <windows.h>

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace {

class FilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "files_test.XXXXXX";
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
  }
  void TearDown() override { EXPECT_EQ(::rmdir(folder_.c_str()), 0); }

  std::string folder_;
};

TEST_F(FilesTest, TheTemporaryPathIsThatOfTheEnvironment) {
  ::setenv("TMPDIR", folder_.c_str(), 1);
  wchar_t path[MAX_PATH];
  const DWORD length = GetTempPathW(MAX_PATH, path);
  EXPECT_EQ(length, folder_.size() + 1);
  EXPECT_EQ(std::wstring(path),
            std::wstring(folder_.begin(), folder_.end()) + L'/');
  // With the zero.
  EXPECT_EQ(GetTempPathW(length, path), length + 1);
  ::unsetenv("TMPDIR");
  char narrow[MAX_PATH];
  EXPECT_EQ(GetTempPathA(MAX_PATH, narrow), 5u);
  EXPECT_STREQ(narrow, "/tmp/");
}

TEST_F(FilesTest, ATemporaryFileIsMadeAndDeleted) {
  char one[MAX_PATH];
  char two[MAX_PATH];
  const UINT number = GetTempFileNameA(folder_.c_str(), "BITS", 0, one);
  EXPECT_NE(number, 0u);
  EXPECT_NE(GetTempFileNameA(folder_.c_str(), "BITS", 0, two), 0u);
  EXPECT_STRNE(one, two);
  struct stat status;
  ASSERT_EQ(::stat(one, &status), 0);
  EXPECT_EQ(status.st_size, 0);
  EXPECT_EQ(std::string(one).substr(0, folder_.size() + 4), folder_ + "/BIT");
  EXPECT_TRUE(DeleteFileA(one));
  EXPECT_FALSE(DeleteFileA(one));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_FILE_NOT_FOUND});
  EXPECT_TRUE(DeleteFileW(std::wstring(two, two + strlen(two)).c_str()));
  // Of a number it is only said.
  EXPECT_EQ(GetTempFileNameA(folder_.c_str(), "x", 0x2A, one), 0x2Au);
  EXPECT_EQ(one, folder_ + "/x2A.TMP");
  EXPECT_NE(::stat(one, &status), 0);
}

TEST_F(FilesTest, SaysWhatIsWrong) {
  wchar_t path[MAX_PATH];
  EXPECT_EQ(GetTempFileNameW(L"/nowhere", L"x", 0, path), 0u);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_DIRECTORY});
  EXPECT_EQ(GetTempFileNameW(std::wstring(300, L'a').c_str(), L"x", 0, path),
            0u);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_BUFFER_OVERFLOW});
  EXPECT_FALSE(DeleteFileA(folder_.c_str()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ACCESS_DENIED});
}

}  // namespace
