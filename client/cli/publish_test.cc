// Runs the real `convoy publish`; no daemon is there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/cli_process.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace convoy {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

namespace fs = std::filesystem;

struct Result {
  int code;
  std::string out;
  std::string err;
};

google::protobuf::Struct FromJson(const std::string& text) {
  google::protobuf::Struct json;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &json).ok())
      << text;
  return json;
}

class PublishTest : public ::testing::Test {
 protected:
  PublishTest() {
    char folder[] = "/tmp/convoy-publish-XXXXXX";
    folder_ = mkdtemp(folder);
  }
  ~PublishTest() override { fs::remove_all(folder_); }

  static std::vector<std::string> Command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {fs::absolute(std::getenv("CONVOY_CLI")), "publish"});
    return arguments;
  }
  CliProcess::Options Here() const {
    CliProcess::Options options;
    options.directory = folder_;
    return options;
  }
  Result Publish(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--url-prefix", "http://o.example/p"});
    return Run(std::move(arguments));
  }
  Result Run(std::vector<std::string> arguments) const {
    CliProcess process(Command(std::move(arguments)), Here());
    const int code = process.Wait();
    return {code, process.Output(), process.Errors()};
  }
  static Result Shell(const std::string& script) {
    CliProcess process({"/bin/sh", "-c", script}, {});
    const int code = process.Wait();
    return {code, process.Output(), process.Errors()};
  }

  void Write(const std::string& name, const std::string& bytes) const {
    const fs::path path = fs::path(folder_) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  bool Exists(const std::string& name) const {
    return fs::exists(folder_ + "/" + name);
  }
  // All files with their inodes: a replaced file has another one.
  std::map<std::string, ino_t> Inodes() const {
    std::map<std::string, ino_t> inodes;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      struct stat info = {};
      EXPECT_EQ(stat(entry.path().c_str(), &info), 0);
      inodes[entry.path()] = info.st_ino;
    }
    return inodes;
  }

  std::string folder_;
};

TEST_F(PublishTest, MakesManifestsChecksumsAndASnippet) {
  Write("a.img", std::string(700'000, 'a'));
  Write("sub/b.img", "b");
  const Result result = Publish({"."});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("written    " + folder_ + "/a.img.torrent\n"),
                    HasSubstr("written    " + folder_ + "/sub/SHA256SUMS\n"),
                    HasSubstr("include " + folder_ + "/convoy-publish.conf;")));
  EXPECT_THAT(Read("a.img.torrent"),
              AllOf(StartsWith("d10:created by6:convoy4:infod6:lengthi700000e"),
                    HasSubstr("8:url-listl24:http://o.example/p/a.imgee")));
  EXPECT_THAT(Read("convoy-publish.conf"),
              AllOf(HasSubstr("location = \"/p/a.img\""),
                    HasSubstr("location = \"/p/sub/b.img\""),
                    HasSubstr("</p/sub/b.img.torrent>; rel=describedby")));
  EXPECT_EQ(Shell("cd " + folder_ +
                  " && sha256sum -c SHA256SUMS && cd sub && "
                  "sha256sum -c SHA256SUMS")
                .out,
            "a.img: OK\nb.img: OK\n");
  EXPECT_THAT(Inodes(), SizeIs(8));  // No temporary file is left.
}

TEST_F(PublishTest, DoingItAgainChangesNothing) {
  Write("a.img", "a");
  Write("b\\\n $\".img", "b");
  ASSERT_EQ(Publish({"."}).code, 0);
  const auto before = Inodes();
  const Result again = Publish({"."});
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.out, Not(HasSubstr("written")));
  EXPECT_THAT(again.out, HasSubstr("unchanged  " + folder_ + "/a.img.torrent"));
  EXPECT_EQ(Inodes(), before);
}

TEST_F(PublishTest, OnlyWhatChangedIsMadeAnew) {
  Write("a.img", "a");
  Write("b.img", "b");
  ASSERT_EQ(Publish({"."}).code, 0);
  Write("b.img", "another b");
  const Result result = Publish({"."});
  EXPECT_THAT(result.out, AllOf(HasSubstr("unchanged  " + folder_ + "/a.img"),
                                HasSubstr("written    " + folder_ + "/b.img")));
  EXPECT_EQ(Shell("cd " + folder_ + " && sha256sum --quiet -c SHA256SUMS").code,
            0);
}

TEST_F(PublishTest, AFileOfItsOwnKeepsWhatIsSaidOfOthers) {
  Write("a.img", "a");
  Write("b.img", "b");
  ASSERT_EQ(Publish({"a.img"}).code, 0);
  ASSERT_EQ(Publish({"b.img"}).code, 0);
  EXPECT_THAT(Read("SHA256SUMS"),
              AllOf(HasSubstr("  a.img\n"), HasSubstr("  b.img\n")));
  EXPECT_THAT(Read("convoy-publish.conf"),
              AllOf(HasSubstr("\"/p/a.img\""), HasSubstr("\"/p/b.img\"")));
}

TEST_F(PublishTest, AnEmptyFileHasDigestsOnly) {
  Write("empty", "");
  const Result result = Publish({"."});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("empty      "));
  EXPECT_FALSE(Exists("empty.torrent"));
  EXPECT_THAT(Read("SHA256SUMS"), HasSubstr("  empty\n"));
  EXPECT_THAT(Read("convoy-publish.conf"), Not(HasSubstr("Link '")));
}

TEST_F(PublishTest, JsonIsOneObjectAFile) {
  Write("a.img", "a");
  Write("b.img", "b");
  ASSERT_EQ(Publish({"b.img"}).code, 0);
  const Result result = Publish({".", "--json"});
  EXPECT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> lines =
      absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(2));
  const auto a = FromJson(lines[0]).fields();
  EXPECT_EQ(a.at("path").string_value(), folder_ + "/a.img");
  EXPECT_EQ(a.at("manifest_path").string_value(), folder_ + "/a.img.torrent");
  EXPECT_EQ(a.at("sha256").string_value(),
            "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  EXPECT_THAT(a.at("content_id").string_value(), SizeIs(40));
  EXPECT_FALSE(a.at("unchanged").bool_value());
  EXPECT_TRUE(FromJson(lines[1]).fields().at("unchanged").bool_value());
}

TEST_F(PublishTest, TheSnippetGoesWhereItIsWanted) {
  Write("a.img", "a");
  fs::create_directory(folder_ + "/etc");
  ASSERT_EQ(Publish({"a.img", "--nginx", "etc/pub.inc"}).code, 0);
  EXPECT_THAT(Read("etc/pub.inc"), HasSubstr("location = \"/p/a.img\""));
  EXPECT_FALSE(Exists("convoy-publish.conf"));
  const Result output = Publish({"a.img", "--nginx", "-"});
  EXPECT_EQ(output.code, 0);
  EXPECT_EQ(output.out, Read("etc/pub.inc"));
  EXPECT_THAT(output.err, HasSubstr("unchanged  "));
}

TEST_F(PublishTest, FilesOfOthersAreNotReplaced) {
  Write("a.img", "a");
  Write("nginx.conf", "server { }\n");
  const Result result = Publish({"a.img", "--nginx", "nginx.conf"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("was not made by convoy publish"),
                                HasSubstr("hint: ")));
  EXPECT_EQ(Read("nginx.conf"), "server { }\n");
  fs::create_symlink("a.img", folder_ + "/b.torrent");
  Write("b", "b");
  EXPECT_EQ(Publish({"b"}).code, 1);
  EXPECT_EQ(Read("a.img"), "a");
}

TEST_F(PublishTest, AFileThatFailsDoesNotKeepTheOthersBack) {
  Write("a", "a");
  Write("b", std::string(20, 'b'));
  Write("c", "c");
  // So there can be no manifest of it.
  fs::create_directory(folder_ + "/b.torrent");
  const Result result = Publish({".", "--json"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("{\"error\":{"));
  EXPECT_THAT(result.err, HasSubstr(folder_ + "/b.torrent is no plain file"));
  EXPECT_TRUE(Exists("c.torrent"));
  EXPECT_THAT(Read("SHA256SUMS"), AllOf(HasSubstr("  a\n"), HasSubstr("  c\n"),
                                        Not(HasSubstr("  b\n"))));
}

TEST_F(PublishTest, AWrongCommandLineWritesNothing) {
  Write("a.img", "a");
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"a.img"}, "--url-prefix is required"},
      {{"--url-prefix", "http://h/"}, "PATH is required"},
      {{"a.img", "--url-prefix", "h"}, "no http or https URL"},
      {{"b.img", "--url-prefix", "http://h"}, "No such file"},
      {{"a.img", "--url-prefix", "http://h", "--piece-length", "100000"},
       "no power of two"},
      {{"a.img", "--url-prefix", "http://h", "--nginx", "-", "--json"},
       "both want standard output"},
  };
  for (const auto& [arguments, message] : wrong) {
    const Result result = Run(arguments);
    EXPECT_EQ(result.code, 2) << message;
    EXPECT_THAT(result.err, AllOf(HasSubstr(message), HasSubstr("hint: ")));
  }
  EXPECT_THAT(Inodes(), SizeIs(1));
}

// Signatures.

class SignedPublishTest : public PublishTest {
 protected:
  SignedPublishTest() {
    char keys[] = "/tmp/convoy-signer-XXXXXX";
    keys_ = mkdtemp(keys);
    Write("a.img", "a");
  }
  ~SignedPublishTest() override { fs::remove_all(keys_); }

  // The path of a new key; `arguments` of openssl genpkey.
  std::string Key(const std::string& name,
                  const std::string& arguments = "-algorithm ed25519") const {
    const std::string path = keys_ + "/" + name + ".pem";
    const Result made = Shell("openssl genpkey " + arguments + " -out " + path);
    EXPECT_EQ(made.code, 0) << made.err;
    return path;
  }
  // Adds a certificate for `common_name` to the key.
  void Certify(const std::string& key, const std::string& common_name) const {
    const Result made = Shell("openssl req -x509 -new -key " + key +
                              " -subj '/CN=" + common_name + "' -out " + keys_ +
                              "/c && cat " + keys_ + "/c >> " + key);
    EXPECT_EQ(made.code, 0) << made.err;
  }

  std::string keys_;
};

// As BEP 35 has it, by another program.
TEST_F(SignedPublishTest, TheSignatureIsOfTheInfoDictionary) {
  const std::string key = Key("key");
  ASSERT_EQ(Publish({"a.img", "--sign-key", key}).code, 0);
  const std::string manifest = Read("a.img.torrent");
  const std::size_t begin = manifest.find("4:info") + 6;
  const std::string mark = "10:signaturesd9:o.exampled9:signature64:";
  const std::size_t end = manifest.find(mark);
  ASSERT_NE(end, std::string::npos) << manifest;
  Write("info", manifest.substr(begin, end - begin));
  Write("signature", manifest.substr(end + mark.size(), 64));
  const Result checked =
      Shell("cd " + folder_ + " && openssl pkeyutl -verify -inkey " + key +
            " -rawin -in info -sigfile signature");
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_EQ(manifest.substr(end + mark.size() + 64),
            "ee8:url-listl24:http://o.example/p/a.imgee");
}

TEST_F(SignedPublishTest, SigningAgainChangesNothingUntilTheSignerDoes) {
  Write("sub/b.img", "b");
  for (const std::string& key :
       {Key("ed25519"),
        Key("ec",
            "-algorithm ec -pkeyopt "
            "ec_paramgen_curve:P-256"),
        Key("rsa", "-algorithm rsa -pkeyopt rsa_keygen_bits:2048")}) {
    const Result first = Publish({".", "--sign-key", key});
    ASSERT_EQ(first.code, 0) << first.err;
    EXPECT_THAT(first.out,
                AllOf(HasSubstr("written    " + folder_ + "/a.img.torrent"),
                      HasSubstr("written    " + folder_ + "/sub/b.img")));
    const auto before = Inodes();
    EXPECT_THAT(Publish({".", "--sign-key", key}).out,
                Not(HasSubstr("written")));
    // Without a key, what is signed stays signed.
    EXPECT_THAT(Publish({"."}).out, Not(HasSubstr("written")));
    EXPECT_EQ(Inodes(), before);
    EXPECT_THAT(Publish({".", "--sign-key", key, "--sign-as", "me"}).out,
                HasSubstr("written    " + folder_ + "/a.img.torrent"));
    EXPECT_THAT(Read("a.img.torrent"), HasSubstr("10:signaturesd2:med"));
  }
  // Other bytes are nobody's.
  Write("a.img", "A");
  ASSERT_EQ(Publish({"."}).code, 0);
  EXPECT_THAT(Read("a.img.torrent"), Not(HasSubstr("signatures")));
}

TEST_F(SignedPublishTest, TheCertificateNamesTheSigner) {
  const std::string key = Key("key");
  Certify(key, "fleet release");
  ASSERT_EQ(Publish({"a.img", "--sign-key", key}).code, 0);
  EXPECT_THAT(Read("a.img.torrent"),
              HasSubstr("10:signaturesd13:fleet released11:certificate"));
}

TEST_F(SignedPublishTest, AKeyFromAPipeSigns) {
  const std::string key = Key("key");
  const Result result =
      Shell("cd " + folder_ + " && bash -c '" + Command({})[0] +
            " publish a.img --url-prefix http://o.example/p --sign-key "
            "<(openssl pkey -in " +
            key + ")'");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(Read("a.img.torrent"), HasSubstr("10:signatures"));
}

TEST_F(SignedPublishTest, WhatCannotSignIsToldAndNothingWritten) {
  const std::string encrypted =
      Key("encrypted", "-algorithm ed25519 -aes256 -pass pass:sesame");
  const std::string weak =
      Key("weak", "-algorithm rsa -pkeyopt rsa_keygen_bits:1024");
  const std::string mixed = Key("mixed");
  Certify(mixed, "mixed");
  ASSERT_EQ(
      Shell("openssl genpkey -algorithm ed25519 > " + mixed +
            ".new && "
            "sed -n '/CERT/,$p' " +
            mixed + " >> " + mixed + ".new && mv " + mixed + ".new " + mixed)
          .code,
      0);
  Write("own.pem", "");
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"--sign-key", "/none/key"},
       "--sign-key: cannot open /none/key: No such file"},
      {{"--sign-key", folder_}, "cannot read " + folder_},
      {{"--sign-key", "/dev/null"}, "/dev/null has no PEM private key"},
      {{"--sign-key", encrypted},
       encrypted + " has a private key with a passphrase"},
      {{"--sign-key", encrypted}, "<(openssl pkey -in " + encrypted + ")"},
      {{"--sign-key", weak}, weak + " has an RSA key of 1024 bits"},
      {{"--sign-key", mixed}, mixed + " has a certificate of another key"},
      {{"--sign-key", Key("long"), "--sign-as", std::string(256, 'n')},
       "the signer's name has 256 bytes"},
      {{"--sign-as", "me"}, "--sign-key"},
      {{"--sign-key", "own.pem"}, "own.pem would be published itself"},
  };
  for (const auto& [arguments, message] : wrong) {
    std::vector<std::string> all = {".", "--url-prefix", "http://h"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Result result = Run(all);
    EXPECT_EQ(result.code, 2) << message;
    EXPECT_THAT(result.err, AllOf(HasSubstr(message), HasSubstr("hint: ")));
  }
  EXPECT_THAT(Inodes(), SizeIs(2));
}

TEST_F(PublishTest, PiecesMayBeChosen) {
  Write("a.img", std::string(100'000, 'a'));
  ASSERT_EQ(Publish({"a.img", "--piece-length", "16KiB"}).code, 0);
  EXPECT_THAT(Read("a.img.torrent"),
              AllOf(HasSubstr("12:piece lengthi16384e"), HasSubstr("140:")));
}

TEST_F(PublishTest, ShowsABarOnATerminal) {
  Write("a.img", std::string(3 << 20, 'a'));
  CliProcess::Options options = Here();
  options.terminal = true;
  options.environment = {"TERM=xterm"};
  CliProcess process(Command({"a.img", "--url-prefix", "http://o.example/p"}),
                     options);
  EXPECT_EQ(process.Wait(), 0);
  EXPECT_THAT(process.Output(), AllOf(HasSubstr("a.img"), HasSubstr("=>"),
                                      HasSubstr(" 33% 1.00 MiB/3.00 MiB")));
}

TEST_F(PublishTest, AtCtrlCWhatIsReadyStays) {
  Write("a.img", "a");
  Write("b.img", "");
  // A hole that takes minutes to read.
  ASSERT_EQ(truncate((folder_ + "/b.img").c_str(), 1LL << 40), 0);
  CliProcess process(Command({".", "--url-prefix", "http://o.example/p"}),
                     Here());
  ASSERT_TRUE(process.WaitForOutput("a.img.torrent"));
  process.Signal(SIGINT);
  EXPECT_EQ(process.Wait(), 130);
  EXPECT_THAT(process.Errors(), HasSubstr("the same command again"));
  EXPECT_THAT(Read("SHA256SUMS"),
              AllOf(HasSubstr("  a.img\n"), Not(HasSubstr("b.img"))));
  EXPECT_FALSE(Exists("b.img.torrent"));
}

}  // namespace
}  // namespace convoy
