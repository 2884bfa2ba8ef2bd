#include "daemon/config_pem_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config_file.h"

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

std::string Check(const std::string& yaml) {
  const auto settings = ParseConfig({{"c.yaml", yaml}}, {});
  EXPECT_TRUE(settings.ok()) << settings.status();
  return std::string(CheckPemFiles(*settings).message());
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

}  // namespace
}  // namespace convoy
