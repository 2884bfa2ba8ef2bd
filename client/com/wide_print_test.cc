#include <corecrt_wstdio.h>
#include <winnt.h>

#include <cerrno>
#include <clocale>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace {

TEST(WidePrintTest, FormatsAreThoseOfWindows) {
  // A locale in which the C library prints no such character.
  ASSERT_NE(std::setlocale(LC_ALL, "C"), nullptr);
  const std::string path = ::testing::TempDir() + "wide_print_test";
  FILE* const file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(
      fwprintf(file, L"%s|%S|%ls|%lu", L"w\u20ac", "z\xc3\xa4", L"l", DWORD{7}),
      9);
  std::fprintf(file, "|");
  EXPECT_EQ(fwprintf(file, L"%s", L""), 0);
  EXPECT_EQ(fwprintf(file, L"x"), 1);
  std::fclose(file);
  std::ifstream written(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(written), {}),
            "w\xe2\x82\xac|z\xc3\xa4|l|7|x");
}

TEST(WidePrintTest, AnswersAsTheCLibrary) {
  wchar_t text[4];
  EXPECT_EQ(swprintf(text, 4, L"%s", L"abc"), 3);
  EXPECT_STREQ(text, L"abc");
  EXPECT_EQ(std::swprintf(text, 4, L"%s", L"abcd"), -1);
  errno = 0;
  EXPECT_EQ(swprintf(text, 4, L"%n", nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
}

}  // namespace
