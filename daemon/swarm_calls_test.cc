#include "daemon/swarm_calls.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/fake_owner_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/fake_transfer_engine.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Id(char digit) { return std::string(20, digit); }
std::string Digits(char digit) { return absl::BytesToHexString(Id(digit)); }

ContentInfo Content(char digit, uid_t owner) {
  ContentInfo info;
  info.id = Id(digit);
  info.name = std::string(1, digit);
  info.owner = owner;
  return info;
}

PeerInfo Peer(char content, const std::string& address) {
  PeerInfo info;
  info.content_id = Id(content);
  info.address = address;
  return info;
}

// Contents that answer when the test says so.
class SlowContents final : public Contents {
 public:
  void List(Answer<std::vector<ContentInfo>> answer) override {
    lists.push_back(std::move(answer));
  }
  void LookUp(std::vector<std::string>,
              Answer<std::vector<ContentPresence>>) override {}
  void ListPeers(std::string, Answer<std::vector<PeerInfo>>) override {}
  void Keep(KeepRequest, Answer<absl::Status>) override {}
  void Release(std::string) override {}
  void Pin(std::string, bool, Answer<absl::Status>) override {}
  void Evict(std::string, Answer<absl::Status>) override {}
  void Adopt(AdoptRequest request,
             Answer<absl::StatusOr<ContentInfo>> answer) override {
    adoptions.push_back(std::move(request));
    adopted.push_back(std::move(answer));
  }

  std::vector<Answer<std::vector<ContentInfo>>> lists;
  std::vector<AdoptRequest> adoptions;
  std::vector<Answer<absl::StatusOr<ContentInfo>>> adopted;
};

class SwarmCallsTest : public testing::Test {
 protected:
  SwarmCallsTest() { Use(&contents_); }

  void Use(Contents* contents) {
    SwarmCalls::Parts parts;
    parts.control = &control_;
    parts.files_executor = &files_executor_;
    parts.files = &files_;
    parts.contents = contents;
    parts.jobs = [this](const Caller& caller) { return jobs_of_[caller.uid]; };
    calls_ = std::make_unique<SwarmCalls>(std::move(parts));
  }

  void RunUntilIdle() {
    for (int i = 0; i < 10; ++i) {
      control_.RunUntilIdle();
      files_executor_.RunUntilIdle();
    }
  }

  // Begins a call; null until it is answered.
  template <typename T, typename Request>
  std::shared_ptr<std::optional<absl::StatusOr<T>>> Begin(
      void (SwarmCalls::*method)(const Caller&, const Request&,
                                 SwarmCalls::Reply<T>),
      const Request& request) {
    auto answer = std::make_shared<std::optional<absl::StatusOr<T>>>();
    (calls_.get()->*method)(
        caller_, request,
        [answer](absl::StatusOr<T> result) { *answer = std::move(result); });
    RunUntilIdle();
    return answer;
  }
  template <typename T, typename Request>
  absl::StatusOr<T> Call(void (SwarmCalls::*method)(const Caller&,
                                                    const Request&,
                                                    SwarmCalls::Reply<T>),
                         const Request& request) {
    const auto answer = Begin(method, request);
    if (!answer->has_value()) return absl::DeadlineExceededError("no answer");
    return **answer;
  }
  template <typename Request>
  static Request For(const std::string& content_id) {
    Request request;
    request.set_content_id(content_id);
    return request;
  }

  absl::StatusOr<v1::Content> Get(char digit) {
    return Call(&SwarmCalls::GetContent,
                For<v1::GetContentRequest>(Digits(digit)));
  }
  // Names of all contents, in pages of `size`; "|" between pages.
  std::string Names(int size) {
    v1::ListContentsRequest request;
    request.set_page_size(size);
    std::string names;
    do {
      const auto page = Call(&SwarmCalls::ListContents, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const v1::Content& content : page->contents()) {
        names += content.name();
      }
      request.set_page_token(page->next_page_token());
      if (!request.page_token().empty()) names += "|";
    } while (!request.page_token().empty());
    return names;
  }
  std::vector<std::string> Addresses(const std::string& content_id) {
    const auto response =
        Call(&SwarmCalls::ListPeers, For<v1::ListPeersRequest>(content_id));
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<std::string> addresses;
    if (!response.ok()) return addresses;
    for (const v1::SwarmPeer& peer : response->peers()) {
      addresses.push_back(peer.address());
    }
    return addresses;
  }
  v1::AdoptFileRequest AdoptRequestOf(const std::string& file,
                                      const std::string& manifest) {
    v1::AdoptFileRequest request;
    request.set_local_path(file);
    request.set_manifest_path(manifest);
    return request;
  }

  Caller caller_{1000, 100, false};
  FakeClock clock_;
  FakeExecutor control_{clock_};
  FakeExecutor files_executor_{clock_};
  FakeOwnerFiles files_;
  FakeContents contents_;
  SlowContents slow_;
  std::map<uid_t, SwarmCalls::JobsOfContents> jobs_of_;
  std::unique_ptr<SwarmCalls> calls_;
};

void ExpectNotFound(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_NOT_FOUND);
  EXPECT_EQ(ErrorDetailOf(status).field(), "content_id");
}

// What is shown to whom.

TEST_F(SwarmCallsTest, ListsComeInPages) {
  for (const char digit : {'a', 'b', 'c', 'd', 'e'}) {
    contents_.infos.push_back(Content(digit, 1000));
  }
  EXPECT_EQ(Names(2), "ab|cd|e");
  EXPECT_EQ(Names(5), "abcde");
  contents_.infos.clear();
  EXPECT_EQ(Names(2), "");
}

TEST_F(SwarmCallsTest, APageGoesOnWhereAContentHasGone) {
  for (const char digit : {'a', 'b', 'c'}) {
    contents_.infos.push_back(Content(digit, 1000));
  }
  v1::ListContentsRequest request;
  request.set_page_size(2);
  request.set_page_token(
      Call(&SwarmCalls::ListContents, request)->next_page_token());
  contents_.infos.erase(contents_.infos.begin() + 1);
  const auto next = Call(&SwarmCalls::ListContents, request);
  ASSERT_EQ(next->contents_size(), 1);
  EXPECT_EQ(next->contents(0).name(), "c");
}

TEST_F(SwarmCallsTest, AWrongPageIsRefused) {
  v1::ListContentsRequest request;
  request.set_page_token("x");
  EXPECT_EQ(
      ErrorDetailOf(Call(&SwarmCalls::ListContents, request).status()).field(),
      "page_token");
}

TEST_F(SwarmCallsTest, ContentsOfOthersDoNotExist) {
  contents_.infos = {Content('a', 1000), Content('b', 0), Content('c', 2000)};
  EXPECT_EQ(Names(100), "a");
  EXPECT_TRUE(Get('a').ok());
  ExpectNotFound(Get('b').status());
  ExpectNotFound(Get('d').status());
  ExpectNotFound(
      Call(&SwarmCalls::PinContent, For<v1::PinContentRequest>(Digits('b')))
          .status());
  ExpectNotFound(
      Call(&SwarmCalls::EvictContent, For<v1::EvictContentRequest>(Digits('b')))
          .status());
  ExpectNotFound(
      Call(&SwarmCalls::ListPeers, For<v1::ListPeersRequest>(Digits('b')))
          .status());
  EXPECT_EQ(contents_.infos.size(), 3u);
}

TEST_F(SwarmCallsTest, AdministratorsSeeAll) {
  contents_.infos = {Content('a', 1000), Content('b', 0)};
  caller_ = {5, 5, true};
  EXPECT_EQ(Names(100), "ab");
  EXPECT_TRUE(Get('b').ok());
}

TEST_F(SwarmCallsTest, WhoFetchesAContentSeesItAndTheJob) {
  contents_.infos = {Content('a', 1000), Content('b', 0)};
  jobs_of_[1000][Id('b')] = "the job";
  EXPECT_EQ(Names(100), "ab");
  EXPECT_EQ(Get('b')->job_id(), "the job");
  EXPECT_EQ(Get('a')->job_id(), "");
}

TEST_F(SwarmCallsTest, AnIdMustBeOne) {
  const absl::Status status =
      Call(&SwarmCalls::GetContent, For<v1::GetContentRequest>("abc")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorDetailOf(status).field(), "content_id");
}

TEST_F(SwarmCallsTest, PeersAreThoseOfTheCallersContents) {
  contents_.infos = {Content('a', 1000), Content('b', 1000), Content('c', 0)};
  contents_.peers = {Peer('a', "1"), Peer('b', "2"), Peer('c', "3")};
  EXPECT_THAT(Addresses(""), ElementsAre("1", "2"));
  EXPECT_THAT(Addresses(Digits('b')), ElementsAre("2"));
  caller_.administrator = true;
  EXPECT_THAT(Addresses(""), ElementsAre("1", "2", "3"));
}

// Pin and evict.

TEST_F(SwarmCallsTest, PinAnswersTheContent) {
  contents_.infos = {Content('a', 1000)};
  v1::PinContentRequest request;
  request.set_content_id(Digits('a'));
  request.set_pinned(true);
  EXPECT_TRUE(Call(&SwarmCalls::PinContent, request)->pinned());
  EXPECT_TRUE(contents_.infos[0].pinned);
  request.set_pinned(false);
  EXPECT_FALSE(Call(&SwarmCalls::PinContent, request)->pinned());
}

TEST_F(SwarmCallsTest, EvictTakesTheContentAway) {
  contents_.infos = {Content('a', 1000), Content('b', 1000)};
  EXPECT_TRUE(
      Call(&SwarmCalls::EvictContent, For<v1::EvictContentRequest>(Digits('a')))
          .ok());
  EXPECT_EQ(Names(100), "b");
}

TEST_F(SwarmCallsTest, WhatAJobFetchesIsNotEvicted) {
  contents_.infos = {Content('a', 1000)};
  contents_.infos[0].state = ContentState::kDownloading;
  const absl::Status status =
      Call(&SwarmCalls::EvictContent, For<v1::EvictContentRequest>(Digits('a')))
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_INVALID_STATE);
  EXPECT_EQ(contents_.infos.size(), 1u);
}

// Adopt.

TEST_F(SwarmCallsTest, AdoptAnswersTheContent) {
  v1::AdoptFileRequest request = AdoptRequestOf("/d/a", "/d/a.torrent");
  request.set_pinned(true);
  const auto content = Call(&SwarmCalls::AdoptFile, request);
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(content->local_path(), "/d/a");
  EXPECT_EQ(content->owner_uid(), 1000u);
  EXPECT_TRUE(content->pinned());
}

TEST_F(SwarmCallsTest, BothFilesAreOpenedWithTheCallersRights) {
  Use(&slow_);
  Begin(&SwarmCalls::AdoptFile, AdoptRequestOf("/d/a", "/d/a.torrent"));
  ASSERT_EQ(slow_.adoptions.size(), 1u);
  EXPECT_EQ(slow_.adoptions[0].metainfo, "PEM of /d/a.torrent");
  EXPECT_EQ(slow_.adoptions[0].keep.owner, 1000u);
  EXPECT_EQ(slow_.adoptions[0].keep.owner_group, 100u);
  for (const char* path : {"/d/a", "/d/a.torrent"}) {
    files_.Fail(path, Error(v1::ERROR_REASON_ACCESS_DENIED,
                            v1::ERROR_CONTEXT_LOCAL_FILE)
                          .LocalPath(path)
                          .Status("not yours"));
    const auto refused =
        Begin(&SwarmCalls::AdoptFile, AdoptRequestOf("/d/a", "/d/a.torrent"));
    EXPECT_EQ(ErrorDetailOf(refused->value().status()).local_path(), path);
    files_.Fail(path, absl::OkStatus());
  }
  EXPECT_EQ(slow_.adoptions.size(), 1u);
}

TEST_F(SwarmCallsTest, PathsMustBeAbsolute) {
  for (const auto& [file, manifest, field] :
       {std::tuple{"", "/m", "local_path"},
        {"a", "/m", "local_path"},
        {"/a", "", "manifest_path"},
        {"/a", "/m/../m", "manifest_path"}}) {
    const absl::Status status =
        Call(&SwarmCalls::AdoptFile, AdoptRequestOf(file, manifest)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ErrorDetailOf(status).field(), field);
  }
}

TEST_F(SwarmCallsTest, WhatIsWrongWithAnAdoptionIsNamed) {
  Use(&slow_);
  const auto manifest =
      Begin(&SwarmCalls::AdoptFile, AdoptRequestOf("/d/a", "/d/m"));
  const auto file =
      Begin(&SwarmCalls::AdoptFile, AdoptRequestOf("/d/a", "/d/m"));
  ASSERT_EQ(slow_.adopted.size(), 2u);
  std::move(slow_.adopted[0])(absl::InvalidArgumentError("no info"));
  std::move(slow_.adopted[1])(absl::FailedPreconditionError("piece 3 differs"));
  RunUntilIdle();
  const absl::Status of_manifest = manifest->value().status();
  EXPECT_EQ(of_manifest.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorDetailOf(of_manifest).field(), "manifest_path");
  EXPECT_TRUE(absl::StrContains(of_manifest.message(), "no info"));
  const absl::Status of_file = file->value().status();
  EXPECT_EQ(of_file.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorDetailOf(of_file).reason(),
            v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_EQ(ErrorDetailOf(of_file).local_path(), "/d/a");
}

// The end.

TEST_F(SwarmCallsTest, ShutdownDropsWhatWaitsForTheEngine) {
  Use(&slow_);
  const auto adopted =
      Begin(&SwarmCalls::AdoptFile, AdoptRequestOf("/d/a", "/d/m"));
  const auto got =
      Begin(&SwarmCalls::GetContent, For<v1::GetContentRequest>(Digits('a')));
  ASSERT_EQ(slow_.adopted.size(), 1u);
  ASSERT_EQ(slow_.lists.size(), 1u);
  EXPECT_EQ(adopted.use_count(), 2);
  calls_->Shutdown();
  // The replies are gone: a real one answers then.
  EXPECT_EQ(adopted.use_count(), 1);
  EXPECT_EQ(got.use_count(), 1);
  // Later answers find nobody.
  std::move(slow_.adopted[0])(Content('a', 1000));
  std::move(slow_.lists[0])({});
  RunUntilIdle();
  EXPECT_FALSE(adopted->has_value());
  EXPECT_FALSE(got->has_value());

  const absl::Status late = Get('a').status();
  EXPECT_EQ(ErrorDetailOf(late).reason(), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(
      ErrorDetailOf(
          Call(&SwarmCalls::AdoptFile, AdoptRequestOf("/a", "/m")).status())
          .reason(),
      v1::ERROR_REASON_SHUTTING_DOWN);
}

TEST_F(SwarmCallsTest, AnAdoptionThatIsBeingOpenedEndsWithTheDaemon) {
  Use(&slow_);
  std::optional<absl::StatusOr<v1::Content>> answer;
  calls_->AdoptFile(
      caller_, AdoptRequestOf("/d/a", "/d/m"),
      [&](absl::StatusOr<v1::Content> result) { answer = std::move(result); });
  calls_->Shutdown();
  RunUntilIdle();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(ErrorDetailOf(answer->status()).reason(),
            v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_THAT(slow_.adoptions, IsEmpty());
}

TEST_F(SwarmCallsTest, AnswersThatComeAfterItsEndFindNobody) {
  Use(&slow_);
  const auto got =
      Begin(&SwarmCalls::GetContent, For<v1::GetContentRequest>(Digits('a')));
  calls_.reset();
  std::move(slow_.lists[0])({});
  RunUntilIdle();
  EXPECT_FALSE(got->has_value());
}

}  // namespace
}  // namespace convoy
