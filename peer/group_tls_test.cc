#include "peer/group_tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/group_identity.h"
#include "peer/group_testing.h"

namespace convoy {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeConnection {
  void operator()(SSL* connection) const { SSL_free(connection); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, FreeContext>;
using ConnectionPtr = std::unique_ptr<SSL, FreeConnection>;

const std::string& Content() {
  static const auto& hash = *new std::string(20, '\x5c');
  return hash;
}
const std::string& AnotherContent() {
  static const auto& hash = *new std::string(20, '\x7e');
  return hash;
}

// A machine with contexts as libtorrent makes them.
struct Machine {
  Machine(std::unique_ptr<GroupIdentity> made, const Clock& clock)
      : identity(std::move(made)), tls(*GroupTls::Make(*identity, clock)) {
    EXPECT_TRUE(tls->SetUpSession([this] {
                     trackers.reset(SSL_CTX_new(TLS_client_method()));
                     door.reset(SSL_CTX_new(TLS_method()));
                   })
                    .ok());
    EXPECT_TRUE(
        tls->SetUpContent(Content(),
                          [this] { content.reset(SSL_CTX_new(TLS_method())); })
            .ok());
  }

  const std::unique_ptr<GroupIdentity> identity;
  const std::unique_ptr<GroupTls> tls;
  ContextPtr trackers;
  ContextPtr door;
  ContextPtr content;
};

// What the two ends of a connection say to each other.
class Conversation {
 public:
  // `name`: what the hello asks for; empty: nothing.
  Conversation(SSL_CTX* client, SSL_CTX* server, const std::string& name)
      : client_(SSL_new(client)), server_(SSL_new(server)) {
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
    if (!name.empty()) SSL_set_tlsext_host_name(client_.get(), name.c_str());
    BIO* one = nullptr;
    BIO* two = nullptr;
    BIO_new_bio_pair(&one, 1 << 16, &two, 1 << 16);
    SSL_set_bio(client_.get(), one, one);
    SSL_set_bio(server_.get(), two, two);
    for (int turn = 0; turn < 10; ++turn) {
      ERR_clear_error();
      SSL_do_handshake(client_.get());
      ERR_clear_error();
      SSL_do_handshake(server_.get());
    }
  }

  bool client_is_through() const { return SSL_is_init_finished(client_.get()); }
  bool server_is_through() const { return SSL_is_init_finished(server_.get()); }
  // What the client reads: the text, or how it ends.
  std::string Hear() { return Read(client_.get()); }
  std::string ServerHears() { return Read(server_.get()); }
  bool Say(const std::string& text) { return Write(client_.get(), text); }
  bool ServerSays(const std::string& text) {
    return Write(server_.get(), text);
  }
  SSL* client() { return client_.get(); }
  SSL* server() { return server_.get(); }

 private:
  static std::string Read(SSL* connection) {
    char text[100];
    ERR_clear_error();
    const int size = SSL_read(connection, text, sizeof(text));
    if (size > 0) return std::string(text, static_cast<std::size_t>(size));
    switch (SSL_get_error(connection, size)) {
      case SSL_ERROR_WANT_READ:
        return "nothing yet";
      case SSL_ERROR_ZERO_RETURN:
        return "the end";
      default: {
        const char* const why = ERR_reason_error_string(ERR_peek_last_error());
        return why == nullptr ? "an error" : why;
      }
    }
  }
  static bool Write(SSL* connection, const std::string& text) {
    ERR_clear_error();
    return SSL_write(connection, text.data(), static_cast<int>(text.size())) >
           0;
  }

  ConnectionPtr client_;
  ConnectionPtr server_;
};

class GroupTlsTest : public ::testing::Test {
 protected:
  std::unique_ptr<GroupIdentity> Member(const std::string& name,
                                        absl::Time end) {
    TestAuthority::Wish wish;
    wish.end = end;
    return Identity(authority_.Issue(name, wish));
  }
  std::unique_ptr<GroupIdentity> Identity(const TestAuthority::Issued& issued) {
    auto made =
        GroupIdentity::Make(authority_.certificate_pem(),
                            issued.certificate_pem, issued.key_pem, "", clock_);
    EXPECT_TRUE(made.ok()) << made.status();
    return *std::move(made);
  }
  Conversation Meet(SSL_CTX* client, const std::string& content) {
    return Conversation(client, server_.door.get(),
                        absl::BytesToHexString(content));
  }

  // One who is not of the group: with this certificate, or with none.
  ContextPtr Outsider(const TestAuthority::Issued& issued) {
    ContextPtr context(SSL_CTX_new(TLS_method()));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    const auto made =
        GroupIdentity::Make(other_.certificate_pem(), issued.certificate_pem,
                            issued.key_pem, "", clock_);
    EXPECT_TRUE(made.ok()) << made.status();
    EXPECT_TRUE((*made)->PutInto(context.get()).ok());
    return context;
  }
  ContextPtr OutsiderWithoutCertificate() {
    ContextPtr context(SSL_CTX_new(TLS_method()));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    return context;
  }

  FakeClock clock_;
  TestAuthority authority_{"authority"};
  TestAuthority other_{"other"};
  Machine server_{MakeMember(authority_, "node1.example.org", clock_), clock_};
};

TEST_F(GroupTlsTest, MembersMeetWhateverTheirNames) {
  const Machine client(MakeMember(authority_, "node2.example.org", clock_),
                       clock_);
  Conversation talk = Meet(client.content.get(), Content());
  ASSERT_TRUE(talk.client_is_through() && talk.server_is_through());
  EXPECT_STREQ(SSL_get_version(talk.client()), "TLSv1.3");
  // libtorrent asks whether this is so.
  EXPECT_EQ(SSL_get_SSL_CTX(talk.server()), server_.content.get());
  EXPECT_TRUE(talk.Say("a piece, please"));
  EXPECT_EQ(talk.ServerHears(), "a piece, please");
  EXPECT_TRUE(talk.ServerSays("here"));
  EXPECT_EQ(talk.Hear(), "here");
  EXPECT_EQ(server_.tls->connections(), 1U);
}

TEST_F(GroupTlsTest, ConnectionsThatAreGoneAreForgotten) {
  const Machine client(MakeMember(authority_, "two", clock_), clock_);
  { const Conversation talk = Meet(client.content.get(), Content()); }
  EXPECT_EQ(server_.tls->connections(), 0U);
  EXPECT_EQ(client.tls->connections(), 0U);
}

TEST_F(GroupTlsTest, WhatLiesBetweenComesWithTheCertificate) {
  const TestAuthority between("between", authority_);
  TestAuthority::Issued issued = between.Issue("node");
  issued.certificate_pem += between.certificate_pem();
  const Machine client(Identity(issued), clock_);
  Conversation talk = Meet(client.content.get(), Content());
  EXPECT_TRUE(talk.server_is_through());
  EXPECT_TRUE(talk.ServerSays("here"));
  EXPECT_EQ(talk.Hear(), "here");
  // And the other way round.
  Conversation back(server_.content.get(), client.door.get(),
                    absl::BytesToHexString(Content()));
  EXPECT_TRUE(back.client_is_through() && back.server_is_through());
}

TEST_F(GroupTlsTest, OutsidersCannotTellWhatIsThere) {
  const ContextPtr none = OutsiderWithoutCertificate();
  const ContextPtr other = Outsider(other_.Issue("node1.example.org"));
  for (SSL_CTX* const outsider : {none.get(), other.get()}) {
    std::vector<std::string> ends;
    for (const std::string& name :
         {absl::BytesToHexString(Content()),
          absl::BytesToHexString(AnotherContent()), std::string("example.org"),
          std::string(40, 'z'), std::string()}) {
      Conversation talk(outsider, server_.door.get(), name);
      EXPECT_FALSE(talk.server_is_through()) << name;
      ends.push_back(talk.Hear());
      EXPECT_EQ(ends.back(), ends.front()) << name;
      EXPECT_FALSE(talk.ServerSays("secret"));
    }
  }
  EXPECT_EQ(server_.tls->connections(), 0U);
}

TEST_F(GroupTlsTest, MembersWhoAskForWhatIsNotThereGetAsFarAsTheHandshake) {
  const Machine client(MakeMember(authority_, "two", clock_), clock_);
  Conversation talk = Meet(client.content.get(), AnotherContent());
  EXPECT_TRUE(talk.server_is_through());
  EXPECT_NE(SSL_get_SSL_CTX(talk.server()), server_.content.get());
  server_.tls->RemoveContent(Content());
  Conversation later = Meet(client.content.get(), Content());
  EXPECT_TRUE(later.server_is_through());
  EXPECT_NE(SSL_get_SSL_CTX(later.server()), server_.content.get());
}

TEST_F(GroupTlsTest, AMachineTalksToNoOutsider) {
  const ContextPtr outsider = Outsider(other_.Issue("node"));
  Conversation talk(server_.content.get(), outsider.get(),
                    absl::BytesToHexString(Content()));
  EXPECT_FALSE(talk.client_is_through());
  EXPECT_FALSE(talk.Say("a piece, please"));
}

TEST_F(GroupTlsTest, AnExpiredCertificateIsRefused) {
  const Machine client(Member("two", clock_.Now() + absl::Hours(1)), clock_);
  EXPECT_TRUE(Meet(client.content.get(), Content()).server_is_through());
  clock_.Advance(absl::Hours(2));
  EXPECT_FALSE(Meet(client.content.get(), Content()).server_is_through());
}

TEST_F(GroupTlsTest, ConnectionsEndWithTheCertificate) {
  const Machine brief(Member("brief", clock_.Now() + absl::Hours(1)), clock_);
  const Machine lasting(MakeMember(authority_, "lasting", clock_), clock_);
  Conversation ends = Meet(brief.content.get(), Content());
  Conversation stays = Meet(lasting.content.get(), Content());
  ASSERT_TRUE(ends.server_is_through() && stays.server_is_through());
  server_.tls->EndExpired();
  EXPECT_TRUE(ends.ServerSays("a piece"));
  EXPECT_EQ(ends.Hear(), "a piece");

  clock_.Advance(absl::Hours(2));
  EXPECT_TRUE(ends.Say("more, please"));
  server_.tls->EndExpired();
  EXPECT_EQ(ends.ServerHears(), "the end");
  EXPECT_FALSE(ends.ServerSays("a piece"));
  EXPECT_TRUE(stays.ServerSays("a piece"));
  EXPECT_EQ(stays.Hear(), "a piece");
  EXPECT_EQ(server_.tls->connections(), 1U);
}

TEST_F(GroupTlsTest, OldTlsIsRefused) {
  const Machine client(MakeMember(authority_, "two", clock_), clock_);
  SSL_CTX_set_min_proto_version(client.content.get(), TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(client.content.get(), TLS1_2_VERSION);
  Conversation talk = Meet(client.content.get(), Content());
  EXPECT_FALSE(talk.server_is_through());
  EXPECT_FALSE(talk.client_is_through());
}

TEST_F(GroupTlsTest, NoSessionCanBeResumed) {
  const Machine client(MakeMember(authority_, "two", clock_), clock_);
  Conversation talk = Meet(client.content.get(), Content());
  EXPECT_TRUE(talk.ServerSays("a piece"));
  EXPECT_EQ(talk.Hear(), "a piece");
  EXPECT_EQ(SSL_SESSION_is_resumable(SSL_get_session(talk.client())), 0);
}

TEST_F(GroupTlsTest, OtherContextsOfTheProcessAreLeftAlone) {
  ContextPtr of_another_thread;
  EXPECT_EQ(
      server_.tls
          ->SetUpContent(AnotherContent(),
                         [&] {
                           std::thread([&] {
                             of_another_thread.reset(SSL_CTX_new(TLS_method()));
                           }).join();
                         })
          .code(),
      absl::StatusCode::kInternal);
  EXPECT_EQ(SSL_CTX_get_verify_mode(of_another_thread.get()), SSL_VERIFY_NONE);
  const ContextPtr later(SSL_CTX_new(TLS_method()));
  EXPECT_EQ(SSL_CTX_get_verify_mode(later.get()), SSL_VERIFY_NONE);
  // That for trackers trusts the machine's authorities.
  EXPECT_EQ(SSL_CTX_get_verify_mode(server_.trackers.get()), SSL_VERIFY_NONE);
}

}  // namespace
}  // namespace convoy
