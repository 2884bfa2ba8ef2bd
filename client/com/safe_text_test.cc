#include <strsafe.h>

#include <cwchar>

#include "client/com/printf_format.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(SafeTextTest, CutsWhatDoesNotFit) {
  wchar_t wide[4];
  EXPECT_EQ(StringCchCopyW(wide, 4, L"abc"), S_OK);
  EXPECT_STREQ(wide, L"abc");
  EXPECT_EQ(StringCchCopyW(wide, 4, L"defg"), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_STREQ(wide, L"def");
  EXPECT_EQ(StringCbCopyW(wide, sizeof(wide), L"abc"), S_OK);
  EXPECT_STREQ(wide, L"abc");
  EXPECT_EQ(StringCchCopyNW(wide, 4, L"xyz", 2), S_OK);
  EXPECT_STREQ(wide, L"xy");
  EXPECT_EQ(StringCchCatW(wide, 4, L"12"), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_STREQ(wide, L"xy1");
  EXPECT_EQ(StringCchCopyW(wide, 0, L""), STRSAFE_E_INVALID_PARAMETER);
  char narrow[4];
  EXPECT_EQ(StringCchCopyA(narrow, 4, "a"), S_OK);
  EXPECT_EQ(StringCchCatA(narrow, 4, "bc"), S_OK);
  EXPECT_STREQ(narrow, "abc");
  EXPECT_EQ(StringCbCatA(narrow, sizeof(narrow), ""), S_OK);
  EXPECT_EQ(StringCchCatNA(narrow, 4, "xyz", 0), S_OK);
  EXPECT_STREQ(narrow, "abc");
  narrow[3] = 'd';
  EXPECT_EQ(StringCchCatA(narrow, 4, "e"), STRSAFE_E_INVALID_PARAMETER);
}

TEST(SafeTextTest, LengthIsThatUpToTheZero) {
  std::size_t length = 9;
  EXPECT_EQ(StringCchLengthW(L"abc", 4, &length), S_OK);
  EXPECT_EQ(length, 3u);
  EXPECT_EQ(StringCbLengthW(L"abc", 16, &length), S_OK);
  EXPECT_EQ(length, 12u);
  EXPECT_EQ(StringCchLengthA("abc", 3, &length), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_EQ(StringCchLengthA(nullptr, 3, nullptr), STRSAFE_E_INVALID_PARAMETER);
}

TEST(SafeTextTest, FormatsMeanWhatTheyMeanOnWindows) {
  wchar_t wide[80];
  EXPECT_EQ(StringCchPrintfW(wide, 80, L"%s|%S|%hs|%ls|%5s|%c", L"w\u20ac",
                             "z\xc3\xa4", "h", L"l", L"r", L'\u20ac'),
            S_OK);
  EXPECT_STREQ(wide, L"w\u20ac|z\u00e4|h|l|    r|\u20ac");
  EXPECT_EQ(
      StringCbPrintfW(wide, sizeof(wide), L"%lu %I64u 0x%08lX %d%%", DWORD{7},
                      ULONGLONG{1} << 40, static_cast<DWORD>(E_FAIL), -1),
      S_OK);
  EXPECT_STREQ(wide, L"7 1099511627776 0x80004005 -1%");
  char narrow[80];
  EXPECT_EQ(StringCchPrintfA(narrow, 80, "%s %S %ls %.1f %.1Lf", "n", L"\u00e4",
                             L"l", 0.5, 1.5L),
            S_OK);
  EXPECT_STREQ(narrow, "n \xc3\xa4 l 0.5 1.5");
  EXPECT_EQ(StringCchPrintfA(narrow, 4, "%d", 12345),
            STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_STREQ(narrow, "123");
  int count = 0;
  EXPECT_EQ(StringCchPrintfA(narrow, 80, "a%n", &count),
            STRSAFE_E_INVALID_PARAMETER);
}

TEST(PrintfFormatTest, IsThatOfThisMachine) {
  const std::pair<const wchar_t*, const wchar_t*> wide[] = {
      {L"", L""},
      {L"%%s", L"%%s"},
      {L"%s", L"%ls"},
      {L"%-*.3s", L"%-*.3ls"},
      {L"%S", L"%s"},
      {L"%hs", L"%s"},
      {L"%hS", L"%s"},
      {L"%ws", L"%ls"},
      {L"%lS", L"%ls"},
      {L"%c%C", L"%lc%c"},
      {L"%ld", L"%d"},
      {L"%lx", L"%x"},
      {L"%lld", L"%lld"},
      {L"%I64x", L"%llx"},
      {L"%I32u", L"%u"},
      {L"%Iu", L"%zu"},
      {L"%zu", L"%zu"},
      {L"%hhx", L"%hhx"},
      {L"%lf", L"%f"},
      {L"%p", L"%p"},
      {L"\u20ac%s", L"\u20ac%ls"},
  };
  for (const auto& [windows, here] : wide) {
    EXPECT_EQ(NativeFormat(std::wstring_view(windows)), here) << windows;
  }
  EXPECT_EQ(NativeFormat(std::string_view("%s%S%ls")), "%s%ls%ls");
  for (const char* bad : {"%", "%5", "%l", "%n", "%hn"}) {
    EXPECT_EQ(NativeFormat(std::string_view(bad)), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace convoy
