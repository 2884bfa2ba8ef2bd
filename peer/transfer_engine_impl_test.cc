#include "peer/transfer_engine_impl.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "peer/transfer_testing.h"

namespace convoy {
namespace {

class TransferEngineImplTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.origin().SetFile(TransferWorld::kUrl,
                            TransferWorld::Remote(content_));
  }

  const std::string content_ = TestContent(4 * kMiB);
  TransferWorld world_;
};

TEST_F(TransferEngineImplTest, ObserverHearsOnItsOwnExecutorOnly) {
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.executor().RunUntilIdle();
  EXPECT_TRUE(observer.all().empty());
  EXPECT_FALSE(observer.ended());
  world_.observers_on().RunUntilIdle();
  EXPECT_FALSE(observer.all().empty());
  EXPECT_TRUE(observer.ended());
}

TEST_F(TransferEngineImplTest, StoppedTransferIsSilentAtOnce) {
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.executor().RunUntilIdle();  // News and end are on their way.
  world_.Stop();
  EXPECT_TRUE(observer.all().empty());
  EXPECT_FALSE(observer.ended());
}

TEST_F(TransferEngineImplTest, StoppedTransferEndsItsRequests) {
  world_.origin().SetRates(100 * kKiB, 0);
  world_.Start(world_.Spec());
  world_.Advance(absl::Seconds(2));
  EXPECT_EQ(world_.origin().active(), 1);
  world_.Stop();
  EXPECT_EQ(world_.origin().active(), 0);
  EXPECT_FALSE(world_.executor().HasTimers());
}

TEST_F(TransferEngineImplTest, TransferMayBeStoppedBeforeItBegan) {
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Stop();
  EXPECT_TRUE(world_.origin().requests().empty() ||
              world_.origin().active() == 0);
  EXPECT_FALSE(observer.ended());
}

TEST_F(TransferEngineImplTest, StopAllEndsEverything) {
  world_.origin().SetRates(100 * kKiB, 0);
  world_.Start(world_.Spec());
  world_.Advance(absl::Seconds(2));
  world_.engine().StopAll();
  EXPECT_EQ(world_.origin().active(), 0);
}

TEST_F(TransferEngineImplTest, NewsComesAtMostFiveTimesASecond) {
  world_.origin().SetRates(400 * kKiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  for (int i = 0; i < 50; ++i) world_.Advance(absl::Milliseconds(100));
  EXPECT_GE(observer.all().size(), 20u);
  // Five a second, the first two, and the end.
  EXPECT_LE(observer.all().size(), 28u);
}

TEST_F(TransferEngineImplTest, ConnectedAndSizeAreToldAtOnce) {
  world_.origin().SetRates(kKiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.RunUntilIdle();
  ASSERT_FALSE(observer.all().empty());
  EXPECT_TRUE(observer.all().back().connected);
  EXPECT_EQ(observer.all().back().size, 4 * kMiB);
  EXPECT_EQ(observer.all().back().flushed_bytes, 0);
  EXPECT_EQ(observer.all().back().connections, 1);
  EXPECT_EQ(observer.all().back().activity,
            "fetching from origin.test over 1 connection");
}

TEST_F(TransferEngineImplTest, SlowObserverGetsTheNewestOnly) {
  world_.origin().SetRates(400 * kKiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.executor().Advance(absl::Seconds(5));
  world_.observers_on().RunUntilIdle();
  ASSERT_EQ(observer.all().size(), 1u);
  EXPECT_GT(observer.all()[0].flushed_bytes, kMiB);
}

TEST_F(TransferEngineImplTest, SecretHeadersAreNotShown) {
  FakeOriginFault fault;
  fault.edit_head = [](OriginResponseHead* head) {
    head->headers = {{"Server", "x"}, {"set-cookie", "secret"}};
    for (int i = 0; i < 100; ++i) {
      head->headers.push_back({"X-Many", "1"});
    }
  };
  world_.origin().AddFault(TransferWorld::kUrl, fault);
  const RecordingObserver& observer = world_.Run(world_.Spec());
  const auto& headers = observer.end().news.response_headers;
  EXPECT_EQ(headers.size(), 64u);
  for (const HttpHeader& header : headers) {
    EXPECT_NE(header.name, "set-cookie");
  }
}

}  // namespace
}  // namespace convoy
