#include "daemon/config_pem_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config_file.h"
#include "peer/signature_testing.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

constexpr char kPem[] = "-----BEGIN CERTIFICATE-----\n";

std::string Put(const std::string& name, const std::string& text) {
  const std::string path =
      absl::StrCat(testing::TempDir(), "/", getpid(), ".", name);
  std::ofstream(path) << text;
  return path;
}

Settings Parse(const std::string& yaml) {
  auto settings = ParseConfig({{"c.yaml", yaml}}, {});
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.ok() ? *std::move(settings) : Settings();
}

std::string Check(const std::string& yaml) {
  Settings settings = Parse(yaml);
  return std::string(ReadPemFiles(&settings).message());
}

TEST(ConfigPemFilesTest, FilesThatCanBeReadAreRight) {
  const std::string pem = Put("right", kPem);
  EXPECT_EQ(Check(""), "");
  EXPECT_EQ(Check(absl::StrCat("http:\n  ca_file: ", pem,
                               "\n  client_certificate_file: ", pem,
                               "\n  client_key_file: ", pem, "\n")),
            "");
}

TEST(ConfigPemFilesTest, EachKeyIsNamedWithItsLine) {
  const std::string text = Put("text", "no certificate\n");
  EXPECT_EQ(Check(absl::StrCat("http:\n  ca_file: ", text,
                               "\n  client_certificate_file: /none/c\n"
                               "  client_key_file: /none/k\n"
                               "group:\n  ca_file: /none/g\n")),
            absl::StrCat("c.yaml:2: http.ca_file: ", text,
                         " is not PEM\n"
                         "c.yaml:3: http.client_certificate_file: /none/c "
                         "cannot be read: No such file or directory\n"
                         "c.yaml:4: http.client_key_file: /none/k cannot be "
                         "read: No such file or directory\n"
                         "c.yaml:6: group.ca_file: /none/g cannot be read: "
                         "No such file or directory"));
}

TEST(ConfigPemFilesTest, RemoteControlIsCheckedWhereItListens) {
  const std::string pem = Put("remote", kPem);
  const std::string files =
      absl::StrCat("  ca_file: /none/r\n  certificate_file: ", pem,
                   "\n  key_file: ", pem, "\n");
  EXPECT_EQ(Check("remote_control:\n" + files), "");
  EXPECT_THAT(Check("remote_control:\n  listen: 127.0.0.1:0\n" + files),
              HasSubstr("c.yaml:3: remote_control.ca_file: /none/r"));
}

// Whose signatures of manifests are believed.

std::string Signers(const std::string& path) {
  return absl::StrCat("swarm:\n  signers_file: ", path, "\n");
}

TEST(SignersFileTest, IsReadAndReadAgain) {
  const TestSigner first = MakeTestSigner();
  const TestSigner second = MakeTestSigner();
  const std::string path = Put("signers", first.public_pem);
  Settings settings = Parse(Signers(path));
  ASSERT_TRUE(ReadPemFiles(&settings).ok());
  EXPECT_NE(settings.signers, nullptr);
  EXPECT_EQ(settings.signers_pem, first.public_pem);

  const std::string both = second.public_pem + first.certificate_pem;
  Put("signers", both);
  ASSERT_TRUE(ReadPemFiles(&settings).ok());
  EXPECT_EQ(settings.signers_pem, both);

  settings.config.mutable_swarm()->clear_signers_file();
  ASSERT_TRUE(ReadPemFiles(&settings).ok());
  EXPECT_EQ(settings.signers, nullptr);
  EXPECT_EQ(settings.signers_pem, "");
}

TEST(SignersFileTest, WhatIsWrongIsNamedAndNobodyIsBelieved) {
  const auto expect = [](const std::string& path, const std::string& what) {
    Settings settings = Parse(Signers(path));
    settings.signers_pem = "of before";
    const absl::Status status = ReadPemFiles(&settings);
    EXPECT_EQ(status.message(),
              absl::StrCat("c.yaml:2: swarm.signers_file: ", path, " ", what));
    EXPECT_EQ(settings.signers, nullptr);
    EXPECT_EQ(settings.signers_pem, "");
  };
  expect("/none/s", "cannot be read: No such file or directory");
  expect(Put("text", "no key\n"), "is not PEM");
  expect(Put("half", "-----BEGIN PUBLIC KEY-----\nAAAA\n"),
         "has a PEM block that cannot be read");
  expect(Put("private", MakeTestSigner().private_pem),
         "has a private key; only certificates and public keys belong there");
  TestSigner::Wish weak;
  weak.kind = TestSigner::Kind::kRsa;
  weak.rsa_bits = 1024;
  expect(Put("weak", MakeTestSigner(weak).public_pem),
         "has an RSA key of 1024 bits; allowed: 2048 to 8192");
  std::string many;
  const std::string one = MakeTestSigner().public_pem;
  for (int i = 0; i < 33; ++i) many += one;
  expect(Put("many", many), "has 33 certificates and keys; allowed: 32");
}

}  // namespace
}  // namespace convoy
