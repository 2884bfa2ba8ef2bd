#include "daemon/caller_resolver.h"

#include <grp.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/descriptor_blocks.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kFirst = 400;
constexpr DaemonIdentity kSystem = {0, 0};
constexpr DaemonIdentity kUserDaemon = {1001, 1001};

class CallerResolverTest : public ::testing::Test {
 protected:
  CallerResolverTest()
      : blocks_(kFirst, kFirst + 8 * DescriptorBlocks::kBlockSize),
        lookups_(clock_) {}

  void MakeResolver(const DaemonIdentity& identity) {
    resolver_.emplace(CallerResolver::Parts{&blocks_, &clock_, &lookups_},
                      identity, [this](const SocketPeer& user) {
                        ++asked_;
                        return user.uid == administrator_;
                      });
  }

  // gRPC's name of a connection of the user.
  std::string ConnectionOf(const SocketPeer& user) {
    UniqueFd fd(::eventfd(0, EFD_CLOEXEC));
    EXPECT_TRUE(blocks_.Move(user, fd).ok());
    return absl::StrCat("fd:", fd.get());
  }

  absl::StatusOr<Caller> Resolve(const std::string& peer) {
    std::optional<absl::StatusOr<Caller>> result;
    resolver_->Resolve(peer,
                       [&](absl::StatusOr<Caller> caller) { result = caller; });
    answered_inside_ = result.has_value();
    lookups_.RunUntilIdle();
    return *result;
  }

  DescriptorBlocks blocks_;
  FakeClock clock_;
  FakeExecutor lookups_;
  uid_t administrator_ = 0;
  int asked_ = 0;
  bool answered_inside_ = false;
  std::optional<CallerResolver> resolver_;
};

TEST_F(CallerResolverTest, WhoHasShownACertificateAdministersAsTheDaemon) {
  MakeResolver(kUserDaemon);
  const auto caller = Resolve("tls:tool.example@ipv4:10.1.2.3:40000");
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->uid, kUserDaemon.uid);
  EXPECT_TRUE(caller->administrator);
  EXPECT_EQ(asked_, 0);
}

TEST_F(CallerResolverTest, AConnectionOverTcpWithoutACertificateIsNobodys) {
  MakeResolver(kSystem);
  EXPECT_TRUE(
      absl::IsUnauthenticated(Resolve("ipv4:127.0.0.1:40000").status()));
}

TEST_F(CallerResolverTest, UserIsNoAdministrator) {
  MakeResolver(kSystem);
  const auto caller = Resolve(ConnectionOf({1001, 1002}));
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->uid, 1001u);
  EXPECT_EQ(caller->gid, 1002u);
  EXPECT_FALSE(caller->administrator);
}

TEST_F(CallerResolverTest, RootIsAdministratorWithoutLookUp) {
  MakeResolver(kSystem);
  EXPECT_TRUE(Resolve(ConnectionOf({0, 0}))->administrator);
  EXPECT_TRUE(answered_inside_);
  EXPECT_EQ(asked_, 0);
}

TEST_F(CallerResolverTest, MemberOfTheGroupIsAdministrator) {
  administrator_ = 1003;
  MakeResolver(kSystem);
  EXPECT_TRUE(Resolve(ConnectionOf({1003, 1003}))->administrator);
  EXPECT_FALSE(Resolve(ConnectionOf({1004, 1004}))->administrator);
}

TEST_F(CallerResolverTest, MembershipIsAskedOffTheCallersThreadAndRemembered) {
  MakeResolver(kSystem);
  const std::string peer = ConnectionOf({1001, 1001});
  ASSERT_TRUE(Resolve(peer).ok());
  EXPECT_FALSE(answered_inside_);
  ASSERT_TRUE(Resolve(peer).ok());
  EXPECT_TRUE(answered_inside_);
  EXPECT_EQ(asked_, 1);
}

TEST_F(CallerResolverTest, CallsThatWaitTogetherShareOneLookUp) {
  MakeResolver(kSystem);
  const std::string peer = ConnectionOf({1001, 1001});
  int answers = 0;
  for (int i = 0; i < 3; ++i) {
    resolver_->Resolve(peer, [&](absl::StatusOr<Caller>) { ++answers; });
  }
  lookups_.RunUntilIdle();
  EXPECT_EQ(answers, 3);
  EXPECT_EQ(asked_, 1);
}

TEST_F(CallerResolverTest, ChangedMembershipIsSeenAfterTheCacheTime) {
  administrator_ = 1001;
  MakeResolver(kSystem);
  const std::string peer = ConnectionOf({1001, 1001});
  EXPECT_TRUE(Resolve(peer)->administrator);
  administrator_ = 0;
  EXPECT_TRUE(Resolve(peer)->administrator);
  clock_.Advance(CallerResolver::kCacheTime);
  EXPECT_FALSE(Resolve(peer)->administrator);
}

TEST_F(CallerResolverTest, UserDaemonServesItsUserAndRoot) {
  MakeResolver(kUserDaemon);
  EXPECT_TRUE(Resolve(ConnectionOf({1001, 1001}))->administrator);
  EXPECT_TRUE(Resolve(ConnectionOf({0, 0}))->administrator);
  administrator_ = 1002;
  EXPECT_EQ(Resolve(ConnectionOf({1002, 1002})).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(asked_, 0);
}

TEST_F(CallerResolverTest, UnknownConnectionsAreUnauthenticated) {
  MakeResolver(kSystem);
  for (const char* peer : {"", "unix:", "ipv4:127.0.0.1:1", "fd:", "fd:x",
                           "fd:3", "fd:-1", "fd:400", "fd:99999999999"}) {
    const auto caller = Resolve(peer);
    EXPECT_EQ(caller.status().code(), absl::StatusCode::kUnauthenticated)
        << peer;
    EXPECT_EQ(ErrorDetailOf(caller.status()).reason(),
              v1::ERROR_REASON_ACCESS_DENIED);
  }
}

TEST(IsMemberOfTest, ReadsTheMachinesUserDatabase) {
  // root's own group is root (gid 0) on every Linux.
  EXPECT_TRUE(IsMemberOf({0, 12345}, "root"));
  EXPECT_FALSE(IsMemberOf({0, 0}, "no-such-group-here"));
  EXPECT_FALSE(IsMemberOf({54321, 54321}, "root"));
  EXPECT_TRUE(IsMemberOf({54321, 0}, "root"));
}

}  // namespace
}  // namespace convoy
