// Jobs that ask by another HTTP method (IBackgroundCopyJobHttpOptions2).
#include <deliveryoptimization.h>

#include <string>

#include "client/background_copy/manager.h"
#include "client/com/wide_text.h"
#include "gtest/gtest.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

class HttpMethodTest : public BackgroundCopyTest {
 protected:
  static HRESULT SetMethod(IBackgroundCopyJob* job, const wchar_t* method) {
    return As<IBackgroundCopyJobHttpOptions2>(job)->SetHttpMethod(method);
  }
  static std::string MethodOf(IBackgroundCopyJob* job) {
    LPWSTR method = nullptr;
    EXPECT_EQ(As<IBackgroundCopyJobHttpOptions2>(job)->GetHttpMethod(&method),
              S_OK);
    return Take(method);
  }
};

TEST_F(HttpMethodTest, TheServerIsAskedByIt) {
  Nginx::Options options;
  options.location =
      "if ($request_method = POST) { return 200 \"posted\"; } return 403;";
  Nginx posting(options);
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(MethodOf(job.Get()), "GET");
  ASSERT_EQ(SetMethod(job.Get(), L"POST"), S_OK);
  EXPECT_EQ(MethodOf(job.Get()), "POST");
  ASSERT_EQ(
      job->AddFile(Wide(posting.Url("file")).c_str(), WidePath("got").c_str()),
      S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), "posted");
}

TEST_F(HttpMethodTest, WhatIsNoMethodOfADownloadIsRefused) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  for (const wchar_t* method :
       {L"", L"HEAD", L"CONNECT", L"OPTIONS", L"TRACE", L"NO METHOD"}) {
    EXPECT_EQ(SetMethod(job.Get(), method), E_INVALIDARG)
        << Utf8FromWide(method);
  }
  EXPECT_EQ(SetMethod(job.Get(), nullptr), E_INVALIDARG);
  EXPECT_EQ(SetMethod(job.Get(), L"A-METHOD-OF-MORE-THAN-32-CHARACTERS"),
            BG_E_STRING_TOO_LONG);
  EXPECT_EQ(
      As<IBackgroundCopyJobHttpOptions2>(job.Get())->GetHttpMethod(nullptr),
      E_INVALIDARG);
  EXPECT_EQ(MethodOf(job.Get()), "GET");
}

TEST_F(HttpMethodTest, WhatNeedsRangesIsNotForAnotherMethod) {
  const Content content = MakeContent("method-ranges");
  BG_FILE_RANGE range = {0, 100};
  const Com<IBackgroundCopyJob> posting = MakeJob();
  ASSERT_EQ(SetMethod(posting.Get(), L"POST"), S_OK);
  EXPECT_EQ(As<IBackgroundCopyJob3>(posting.Get())
                ->AddFileWithRanges(content.url.c_str(), WidePath("a").c_str(),
                                    1, &range),
            BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD);
  BITS_JOB_PROPERTY_VALUE on = {};
  on.Enable = TRUE;
  EXPECT_EQ(As<IBackgroundCopyJob5>(posting.Get())
                ->SetProperty(BITS_JOB_PROPERTY_ON_DEMAND_MODE, on),
            BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD);

  const Com<IBackgroundCopyJob> ranged = MakeJob();
  ASSERT_EQ(As<IBackgroundCopyJob3>(ranged.Get())
                ->AddFileWithRanges(content.url.c_str(), WidePath("b").c_str(),
                                    1, &range),
            S_OK);
  EXPECT_EQ(SetMethod(ranged.Get(), L"POST"),
            BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD);
  EXPECT_EQ(MethodOf(ranged.Get()), "GET");
}

TEST_F(HttpMethodTest, DeliveryOptimizationsCodeIsAnother) {
  Com<IBackgroundCopyManager> delivery;
  ASSERT_EQ(background_copy::CreateManager(
                CLSID_DeliveryOptimization, IID_IBackgroundCopyManager,
                reinterpret_cast<void**>(delivery.GetAddressOf())),
            S_OK);
  GUID id;
  Com<IBackgroundCopyJob> job;
  ASSERT_EQ(delivery->CreateJob(L"d", BG_JOB_TYPE_DOWNLOAD, &id, &job), S_OK);
  ASSERT_EQ(SetMethod(job.Get(), L"POST"), S_OK);
  BG_FILE_RANGE range = {0, 100};
  EXPECT_EQ(As<IBackgroundCopyJob3>(job.Get())->AddFileWithRanges(
                L"http://127.0.0.1/a", WidePath("a").c_str(), 1, &range),
            E_INVALIDARG);
  EXPECT_EQ(job->Cancel(), S_OK);
}

}  // namespace
}  // namespace convoy::testing
