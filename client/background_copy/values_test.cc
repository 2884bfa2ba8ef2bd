// The pure parts: texts, codes, ids, ranges.
#include <bits.h>
#include <objbase.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "client/background_copy/command_arguments.h"
#include "client/background_copy/error_text.h"
#include "client/background_copy/file_ranges.h"
#include "client/background_copy/flavour.h"
#include "client/background_copy/guid_text.h"
#include "client/background_copy/hresult.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/job_values.h"
#include "client/background_copy/proxy_list.h"
#include "client/background_copy/remote_name.h"
#include "client/background_copy/request_headers.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy::background_copy {
namespace {

using Words = std::vector<std::string>;

TEST(CommandArgumentsTest, BlanksPartWordsAndQuotesHoldThem) {
  EXPECT_EQ(SplitCommandLine(""), Words{});
  EXPECT_EQ(SplitCommandLine("  a\tb  "), (Words{"a", "b"}));
  EXPECT_EQ(SplitCommandLine(R"("a b" c"d e"f "")"),
            (Words{"a b", "cd ef", ""}));
}

TEST(CommandArgumentsTest, ABackslashIsSpecialOnlyBeforeAQuote) {
  EXPECT_EQ(SplitCommandLine(R"(a\b \\c)"), (Words{R"(a\b)", R"(\\c)"}));
  EXPECT_EQ(SplitCommandLine(R"(a\"b)"), (Words{R"(a"b)"}));
  EXPECT_EQ(SplitCommandLine(R"("a\\" b)"), (Words{R"(a\)", "b"}));
  EXPECT_EQ(SplitCommandLine(R"("a""b")"), (Words{R"(a"b)"}));
  EXPECT_EQ(SplitCommandLine(R"(end\)"), (Words{R"(end\)"}));
  EXPECT_EQ(SplitCommandLine(R"(end\ x)"), (Words{R"(end\)", "x"}));
}

TEST(CommandArgumentsTest, JoinedWordsSplitAgain) {
  const Words words = {"a", "", "b c", R"(d"e)", R"(f\)", R"(g h\)", R"(\"i)"};
  EXPECT_EQ(SplitCommandLine(JoinCommandLine(words)), words);
}

TEST(RequestHeadersTest, LinesAreNamesAndValues) {
  const auto headers = ParseRequestHeaders("A: b\r\nC:  d:e \nF:\r\n");
  ASSERT_TRUE(headers.has_value());
  ASSERT_EQ(headers->size(), 3u);
  EXPECT_EQ((*headers)[0].name(), "A");
  EXPECT_EQ((*headers)[1].value(), "d:e");
  EXPECT_EQ((*headers)[2].value(), "");
}

TEST(RequestHeadersTest, WhatIsNoHeaderIsRefused) {
  for (const char* text : {"no colon", ": no name", "a b: c", " folded: x"}) {
    EXPECT_FALSE(ParseRequestHeaders(text).has_value()) << text;
  }
}

TEST(RequestHeadersTest, WhatTheDaemonWritesItselfIsNotSent) {
  const auto headers = ParseRequestHeaders(
      "Accept-Encoding: gzip, deflate\nHost: a\nRANGE: bytes=0-1\n"
      "If-Range: x\nX-Mine: 1\nConnection: close\nContent-Length: 1\n"
      "transfer-encoding: chunked\nAccept: */*\n");
  ASSERT_TRUE(headers.has_value());
  Words names;
  for (const v1::HttpHeader& header : SentHeaders(*headers)) {
    names.push_back(header.name());
  }
  EXPECT_EQ(names, (Words{"Host", "X-Mine", "Accept"}));
}

TEST(ProxyListTest, TheFirstEntryIsTheProxy) {
  EXPECT_EQ(ProxyUrlOf("proxy:3128"), "http://proxy:3128");
  EXPECT_EQ(ProxyUrlOf("http=a:1;https=b:2"), "http://a:1");
  EXPECT_EQ(ProxyUrlOf("socks=a:1080"), "socks5://a:1080");
  EXPECT_EQ(ProxyUrlOf("https://a:1 b:2"), "https://a:1");
  EXPECT_EQ(ProxyUrlOf("  "), std::nullopt);
}

TEST(ProxyListTest, ExceptionsStayAsTheyAreWritten) {
  EXPECT_EQ(BypassOf("*.example.org; host,10.* <local>\r\n*"),
            (Words{"*.example.org", "host", "10.*", "<local>", "*"}));
  EXPECT_EQ(BypassOf(" ;"), Words{});
}

TEST(RemoteNameTest, APathComesBackAsItWas) {
  for (const char* name : {"/tmp/a", "/tmp/with blank/%41#?", "/ü",
                           "http://host/a%20b?c#d", "file:///tmp/a%20b"}) {
    EXPECT_EQ(RemoteNameOfUrl(UrlOfRemoteName(name)), name);
  }
  EXPECT_EQ(UrlOfRemoteName("/tmp/a b"), "File:///tmp/a%20b");
}

TEST(JobNotesTest, ALongNoteIsWhole) {
  v1::Job job;
  std::string text;
  while (text.size() < 10'000) text += "aü€\U0001F4E6";
  SetNote("key", text, &job);
  EXPECT_EQ(Note(job, "key"), text);
  EXPECT_GE(job.annotations().size(), 3u);
  for (const auto& [key, value] : job.annotations()) {
    EXPECT_LE(value.size(), 4096u);
  }
  SetNote("key", "short", &job);
  EXPECT_EQ(Note(job, "key"), "short");
  EXPECT_EQ(job.annotations().size(), 1u);
  SetNote("key", std::nullopt, &job);
  EXPECT_EQ(Note(job, "key"), std::nullopt);
  SetNote("key", "", &job);
  EXPECT_EQ(Note(job, "key"), "");
}

TEST(GuidTextTest, TextIsInTheOrderOfWindows) {
  const GUID guid = {0x01234567, 0x89ab, 0xcdef, {1, 2, 3, 4, 5, 6, 7, 8}};
  EXPECT_EQ(TextOfGuid(guid), "01234567-89ab-cdef-0102-030405060708");
  EXPECT_EQ(GuidOfText(TextOfGuid(guid)), guid);
}

// Each reason has a failure code of its flavour and a text.
TEST(HresultTest, EachReasonHasCodesAndTexts) {
  for (int i = 1; i <= v1::ErrorReason_MAX; ++i) {
    if (!v1::ErrorReason_IsValid(i)) continue;
    v1::ErrorDetail detail;
    detail.set_reason(static_cast<v1::ErrorReason>(i));
    for (const Flavour* flavour :
         {&BitsFlavour(), &DeliveryOptimizationFlavour()}) {
      const HRESULT code = HresultOfDetail(detail, *flavour);
      EXPECT_TRUE(FAILED(code)) << i;
      EXPECT_EQ(DescriptionOf(code).find("Error 0x"), std::string::npos)
          << v1::ErrorReason_Name(i) << ": " << DescriptionOf(code);
      if (flavour->kind == Flavour::Kind::kDeliveryOptimization) {
        EXPECT_NE(static_cast<uint32_t>(code) >> 16, 0x8020u) << i;
      } else {
        EXPECT_NE(static_cast<uint32_t>(code) >> 16, 0x80D0u) << i;
      }
    }
  }
}

TEST(HresultTest, AnHttpStatusIsTheCode) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_HTTP_STATUS);
  detail.set_http_status(503);
  EXPECT_EQ(HresultOfDetail(detail, BitsFlavour()), BG_E_HTTP_ERROR_503);
  EXPECT_NE(DescriptionOf(BG_E_HTTP_ERROR_503).find("503"), std::string::npos);
}

TEST(HresultTest, AnHttpStatusOfAProxyIsTheCodeAndNoOther) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_PROXY_FAILURE);
  const HRESULT delivery =
      HresultOfDetail(detail, DeliveryOptimizationFlavour());
  EXPECT_EQ(HresultOfDetail(detail, BitsFlavour()), BG_E_INVALID_PROXY_INFO);
  EXPECT_EQ(static_cast<uint32_t>(delivery), 0x80072EFDu);
  for (const Flavour* flavour :
       {&BitsFlavour(), &DeliveryOptimizationFlavour()}) {
    detail.set_http_status(407);
    EXPECT_EQ(HresultOfDetail(detail, *flavour), BG_E_HTTP_ERROR_407);
    detail.set_http_status(502);
    EXPECT_EQ(HresultOfDetail(detail, *flavour), BG_E_HTTP_ERROR_502);
  }
  EXPECT_NE(DescriptionOf(BG_E_HTTP_ERROR_407).find("proxy"),
            std::string::npos);
  // A status of another kind of failure is not its code.
  detail.set_reason(v1::ERROR_REASON_REDIRECT_REFUSED);
  detail.set_http_status(302);
  EXPECT_EQ(static_cast<uint32_t>(HresultOfDetail(detail, BitsFlavour())),
            0x80072F7Cu);
}

TEST(HresultTest, CallsThatReachNoDaemonAreConnectionErrors) {
  EXPECT_EQ(HresultOf(absl::OkStatus(), BitsFlavour()), S_OK);
  EXPECT_EQ(HresultOf(absl::UnavailableError("x"), BitsFlavour()),
            kServerUnavailable);
  EXPECT_EQ(HresultOf(absl::DeadlineExceededError("x"), BitsFlavour()),
            kTimeout);
  const absl::Status empty =
      Error(v1::ERROR_REASON_EMPTY, v1::ERROR_CONTEXT_REQUEST).Status("x");
  EXPECT_EQ(HresultOf(empty, BitsFlavour()), BG_E_EMPTY);
  EXPECT_EQ(HresultOf(empty, DeliveryOptimizationFlavour()),
            static_cast<HRESULT>(0x80D02004));
}

TEST(HresultTest, DeliveryOptimizationTellsFewContexts) {
  v1::ErrorDetail detail;
  for (const auto& [context, bits, delivery] :
       {std::make_tuple(v1::ERROR_CONTEXT_REMOTE_FILE,
                        BG_ERROR_CONTEXT_REMOTE_FILE,
                        BG_ERROR_CONTEXT_REMOTE_FILE),
        std::make_tuple(v1::ERROR_CONTEXT_LOCAL_FILE,
                        BG_ERROR_CONTEXT_LOCAL_FILE, BG_ERROR_CONTEXT_NONE),
        std::make_tuple(v1::ERROR_CONTEXT_GENERAL_TRANSPORT,
                        BG_ERROR_CONTEXT_GENERAL_TRANSPORT,
                        BG_ERROR_CONTEXT_NONE)}) {
    detail.set_context(context);
    EXPECT_EQ(ContextOf(detail, BitsFlavour()), bits);
    EXPECT_EQ(ContextOf(detail, DeliveryOptimizationFlavour()), delivery);
  }
}

TEST(FileRangesTest, RangesGoBothWays) {
  v1::JobFile file;
  const BG_FILE_RANGE given[] = {{1, 2}, {5, BG_LENGTH_TO_EOF}};
  ASSERT_TRUE(AddRanges(given, 2, &file));
  DWORD count = 0;
  BG_FILE_RANGE* ranges = nullptr;
  ASSERT_EQ(GiveRanges(CopyRangesOf(file.ranges()), &count, &ranges), S_OK);
  ASSERT_EQ(count, 2u);
  EXPECT_EQ(ranges[0].Length, 2u);
  EXPECT_EQ(ranges[1].InitialOffset, 5u);
  EXPECT_EQ(ranges[1].Length, BG_LENGTH_TO_EOF);
  CoTaskMemFree(ranges);
  const BG_FILE_RANGE too_far[] = {{UINT64{1} << 63, 1}};
  EXPECT_FALSE(AddRanges(too_far, 1, &file));
}

TEST(JobValuesTest, DeliveryOptimizationHasNoConnectingState) {
  EXPECT_EQ(StateOf(v1::JOB_STATE_CONNECTING, BitsFlavour()),
            BG_JOB_STATE_CONNECTING);
  EXPECT_EQ(StateOf(v1::JOB_STATE_CONNECTING, DeliveryOptimizationFlavour()),
            BG_JOB_STATE_TRANSFERRING);
}

}  // namespace
}  // namespace convoy::background_copy
