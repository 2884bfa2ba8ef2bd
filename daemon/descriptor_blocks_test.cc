#include "daemon/descriptor_blocks.h"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

constexpr int kFirst = 200;
constexpr int kSize = DescriptorBlocks::kBlockSize;
constexpr SocketPeer kRoot = {0, 0};
constexpr SocketPeer kAnn = {1001, 1001};
constexpr SocketPeer kBob = {1002, 1002};

UniqueFd NewFd() { return UniqueFd(::eventfd(0, EFD_CLOEXEC)); }

UniqueFd MovedFor(DescriptorBlocks& blocks, const SocketPeer& peer) {
  UniqueFd fd = NewFd();
  EXPECT_TRUE(blocks.Move(peer, fd).ok());
  return fd;
}

TEST(DescriptorBlocksTest, NumberTellsTheUserAlsoAfterItIsClosed) {
  DescriptorBlocks blocks(kFirst, kFirst + 4 * kSize);
  UniqueFd ann = MovedFor(blocks, kAnn);
  UniqueFd bob = MovedFor(blocks, kBob);
  const int number = ann.get();
  EXPECT_EQ(blocks.OwnerOf(number), kAnn);
  EXPECT_EQ(blocks.OwnerOf(bob.get()), kBob);
  ann.reset();
  const UniqueFd bob_again = MovedFor(blocks, kBob);
  EXPECT_NE(bob_again.get(), number);
  EXPECT_EQ(blocks.OwnerOf(number), kAnn);
}

TEST(DescriptorBlocksTest, UserOfAnotherGroupIsAnotherUser) {
  DescriptorBlocks blocks(kFirst, kFirst + 4 * kSize);
  const UniqueFd one = MovedFor(blocks, {1001, 1001});
  const UniqueFd other = MovedFor(blocks, {1001, 4});
  EXPECT_EQ(blocks.OwnerOf(one.get())->gid, 1001u);
  EXPECT_EQ(blocks.OwnerOf(other.get())->gid, 4u);
}

TEST(DescriptorBlocksTest, NumbersOfNobodyHaveNoOwner) {
  DescriptorBlocks blocks(kFirst, kFirst + 4 * kSize);
  const UniqueFd ann = MovedFor(blocks, kAnn);
  EXPECT_EQ(blocks.OwnerOf(-1), std::nullopt);
  EXPECT_EQ(blocks.OwnerOf(kFirst - 1), std::nullopt);
  EXPECT_EQ(blocks.OwnerOf(kFirst + kSize), std::nullopt);
  EXPECT_EQ(blocks.OwnerOf(1 << 30), std::nullopt);
}

TEST(DescriptorBlocksTest, MovedDescriptorsCloseOnExecAndLeaveTheirOldNumber) {
  DescriptorBlocks blocks(kFirst, kFirst + 4 * kSize);
  UniqueFd fd = NewFd();
  const int old = fd.get();
  ASSERT_TRUE(blocks.Move(kAnn, fd).ok());
  EXPECT_GE(fd.get(), kFirst);
  EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::fcntl(old, F_GETFD), -1);
}

TEST(DescriptorBlocksTest, FullBlockIsFollowedByAnother) {
  DescriptorBlocks blocks(kFirst, kFirst + 8 * kSize);
  std::vector<UniqueFd> anns;
  for (int i = 0; i < kSize; ++i) anns.push_back(MovedFor(blocks, kAnn));
  const UniqueFd bob = MovedFor(blocks, kBob);
  for (int i = 0; i < kSize; ++i) anns.push_back(MovedFor(blocks, kAnn));
  for (const UniqueFd& fd : anns) EXPECT_EQ(blocks.OwnerOf(fd.get()), kAnn);
  EXPECT_EQ(blocks.OwnerOf(bob.get()), kBob);
}

TEST(DescriptorBlocksTest, ClosedNumbersAreUsedAgainForTheSameUser) {
  DescriptorBlocks blocks(kFirst, kFirst + 2 * kSize);
  for (int i = 0; i < 10 * kSize; ++i) {
    const UniqueFd fd = MovedFor(blocks, kAnn);
    EXPECT_EQ(blocks.OwnerOf(fd.get()), kAnn);
  }
}

TEST(DescriptorBlocksTest, NumbersInUseElsewhereAreSkipped) {
  DescriptorBlocks blocks(kFirst, kFirst + 2 * kSize);
  std::vector<UniqueFd> strangers;
  for (int i = 0; i < kSize; ++i) {
    strangers.emplace_back(::fcntl(NewFd().get(), F_DUPFD_CLOEXEC, kFirst + i));
  }
  const UniqueFd ann = MovedFor(blocks, kRoot);
  EXPECT_GE(ann.get(), kFirst + kSize);
}

TEST(DescriptorBlocksTest, OneUserGetsThreeQuarters) {
  DescriptorBlocks blocks(kFirst, kFirst + 4 * kSize);
  std::vector<UniqueFd> fds;
  for (int i = 0; i < 3 * kSize; ++i) fds.push_back(MovedFor(blocks, kAnn));
  UniqueFd refused = NewFd();
  const int number = refused.get();
  EXPECT_EQ(blocks.Move(kAnn, refused).code(),
            absl::StatusCode::kResourceExhausted);
  // Another group is no way around it.
  EXPECT_FALSE(blocks.Move({kAnn.uid, 4}, refused).ok());
  EXPECT_EQ(refused.get(), number);
  EXPECT_TRUE(blocks.Move(kBob, refused).ok());
}

TEST(DescriptorBlocksTest, ReservedBlockIsThereWhenAllOthersAreGone) {
  DescriptorBlocks blocks(kFirst, kFirst + 3 * kSize);
  ASSERT_TRUE(blocks.Reserve(kRoot).ok());
  const UniqueFd ann = MovedFor(blocks, kAnn);
  const UniqueFd bob = MovedFor(blocks, kBob);
  UniqueFd fd = NewFd();
  EXPECT_FALSE(blocks.Move({1003, 1003}, fd).ok());
  EXPECT_FALSE(blocks.Reserve({1003, 1003}).ok());
  EXPECT_TRUE(blocks.Move(kRoot, fd).ok());
}

TEST(DescriptorLimitTest, IsRaisedToWhatIsAllowed) {
  const int limit = RaiseDescriptorLimit();
  EXPECT_EQ(RaiseDescriptorLimit(), limit);
  const UniqueFd last(::fcntl(NewFd().get(), F_DUPFD_CLOEXEC, limit - 1));
  EXPECT_EQ(last.get(), limit - 1);
}

}  // namespace
}  // namespace convoy
