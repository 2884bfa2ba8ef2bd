// The enumerators of files and of jobs: facts 45 to 53 of BITS, by their
// number.
#include <bits.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

constexpr ULONG kCount = 2;

// Two jobs, the first of which has two files.
class EnumeratorTest : public BackgroundCopyTest {
 protected:
  void SetUp() override {
    BackgroundCopyTest::SetUp();
    job_ = MakeJob();
    other_ = MakeJob();
    for (const char* name : {"a", "b"}) {
      ASSERT_EQ(job_->AddFile(Wide(origin().Url(name)).c_str(),
                              WidePath(name).c_str()),
                S_OK);
    }
  }

  Com<IEnumBackgroundCopyFiles> Files() {
    Com<IEnumBackgroundCopyFiles> files;
    EXPECT_EQ(job_->EnumFiles(&files), S_OK);
    return files;
  }
  Com<IEnumBackgroundCopyJobs> Jobs() {
    Com<IEnumBackgroundCopyJobs> jobs;
    EXPECT_EQ(manager()->EnumJobs(0, &jobs), S_OK);
    return jobs;
  }
  // Calls `check` with a fresh enumerator of each kind and a NULL pointer to
  // what it enumerates.
  template <typename Check>
  void ForBoth(Check check) {
    check(Files().Get(), static_cast<IBackgroundCopyFile*>(nullptr));
    check(Jobs().Get(), static_cast<IBackgroundCopyJob*>(nullptr));
  }

  Com<IBackgroundCopyJob> job_;
  Com<IBackgroundCopyJob> other_;
};

TEST_F(EnumeratorTest, Fact45_GetCountIsRight) {
  ForBoth([](auto* all, auto*) {
    ULONG count = 9;
    EXPECT_EQ(all->GetCount(&count), S_OK);
    EXPECT_EQ(count, kCount);
  });
}

TEST_F(EnumeratorTest, Fact46_AnEnumeratorIsASnapshot) {
  const Com<IEnumBackgroundCopyJobs> jobs = Jobs();
  const Com<IEnumBackgroundCopyFiles> files = Files();
  const Com<IBackgroundCopyJob> third = MakeJob();
  ASSERT_EQ(
      job_->AddFile(Wide(origin().Url("c")).c_str(), WidePath("c").c_str()),
      S_OK);
  ULONG count = 9;
  EXPECT_EQ(jobs->GetCount(&count), S_OK);
  EXPECT_EQ(count, kCount);
  EXPECT_EQ(Jobs()->GetCount(&count), S_OK);
  EXPECT_EQ(count, kCount + 1);
  EXPECT_EQ(files->GetCount(&count), S_OK);
  EXPECT_EQ(count, kCount);
  EXPECT_EQ(Files()->GetCount(&count), S_OK);
  EXPECT_EQ(count, kCount + 1);
}

TEST_F(EnumeratorTest, Fact47_NextOfOneNeedsNoCount) {
  ForBoth([](auto* all, auto* one) {
    for (ULONG i = 0; i < kCount; ++i) {
      EXPECT_EQ(all->Next(1, &one, nullptr), S_OK);
      ASSERT_NE(one, nullptr);
      one->Release();
    }
    EXPECT_EQ(all->Next(1, &one, nullptr), S_FALSE);
  });
}

TEST_F(EnumeratorTest, Fact48_NextOfOneTellsTheCount) {
  ForBoth([](auto* all, auto* one) {
    for (ULONG i = 0; i < kCount; ++i) {
      ULONG fetched = 9;
      EXPECT_EQ(all->Next(1, &one, &fetched), S_OK);
      EXPECT_EQ(fetched, 1u);
      ASSERT_NE(one, nullptr);
      one->Release();
    }
    ULONG fetched = 9;
    EXPECT_EQ(all->Next(1, &one, &fetched), S_FALSE);
    EXPECT_EQ(fetched, 0u);
  });
}

TEST_F(EnumeratorTest, Fact49_NextOfAllGivesAll) {
  ForBoth([](auto* all, auto* one) {
    std::vector<decltype(one)> array(kCount, nullptr);
    ULONG fetched = 9;
    EXPECT_EQ(all->Next(kCount, array.data(), &fetched), S_OK);
    EXPECT_EQ(fetched, kCount);
    for (auto* const each : array) {
      ASSERT_NE(each, nullptr);
      each->Release();
    }
  });
}

TEST_F(EnumeratorTest, Fact50_NextOfTwoNeedsACount) {
  ForBoth([](auto* all, auto* one) {
    std::vector<decltype(one)> array(kCount, nullptr);
    EXPECT_EQ(all->Next(2, array.data(), nullptr), E_INVALIDARG);
  });
}

TEST_F(EnumeratorTest, Fact51_SkipOfOneReachesTheEnd) {
  ForBoth([](auto* all, auto*) {
    for (ULONG i = 0; i < kCount; ++i) EXPECT_EQ(all->Skip(1), S_OK);
    EXPECT_EQ(all->Skip(1), S_FALSE);
  });
}

TEST_F(EnumeratorTest, Fact52_SkipOfMoreThanAllIsFalse) {
  ForBoth([](auto* all, auto*) { EXPECT_EQ(all->Skip(kCount + 1), S_FALSE); });
}

TEST_F(EnumeratorTest, Fact53_ResetGoesBackToTheBegin) {
  ForBoth([](auto* all, auto*) {
    EXPECT_EQ(all->Skip(kCount), S_OK);
    EXPECT_EQ(all->Reset(), S_OK);
    EXPECT_EQ(all->Skip(kCount), S_OK);
  });
}

TEST_F(EnumeratorTest, ACloneGoesOnByItself) {
  const Com<IEnumBackgroundCopyFiles> files = Files();
  ASSERT_EQ(files->Skip(kCount), S_OK);
  Com<IEnumBackgroundCopyFiles> file_copy;
  ASSERT_EQ(files->Clone(&file_copy), S_OK);
  EXPECT_EQ(file_copy->Skip(1), S_FALSE);
  EXPECT_EQ(file_copy->Reset(), S_OK);
  EXPECT_EQ(files->Skip(1), S_FALSE);
  EXPECT_EQ(file_copy->Skip(kCount), S_OK);
  const Com<IEnumBackgroundCopyJobs> jobs = Jobs();
  ASSERT_EQ(jobs->Skip(kCount), S_OK);
  Com<IEnumBackgroundCopyJobs> job_copy;
  ASSERT_EQ(jobs->Clone(&job_copy), S_OK);
  EXPECT_EQ(job_copy->Skip(1), S_FALSE);
}

}  // namespace
}  // namespace convoy::testing
