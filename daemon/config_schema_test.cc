#include "daemon/config_schema.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "convoy/v1/config.pb.h"
#include "daemon/config_items.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using google::protobuf::FieldDescriptor;

std::string Set(absl::string_view name, absl::string_view text,
                ConfigText written = ConfigText::kPlain,
                v1::Config* config = nullptr) {
  const ConfigKey* key = FindConfigKey(name);
  if (key == nullptr) return "no such key";
  v1::Config scratch;
  return SetConfigValue(*key, text, written,
                        config == nullptr ? &scratch : config);
}

TEST(ConfigSchemaTest, EveryKeyCanBeReadAndShown) {
  ASSERT_FALSE(ConfigKeys().empty());
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_EQ(FindConfigKey(key.name), &key);
    EXPECT_EQ(IsConfigList(key), key.field->is_repeated()) << key.name;
    if (IsConfigList(key)) {
      EXPECT_EQ(key.field->cpp_type(), FieldDescriptor::CPPTYPE_STRING)
          << key.name;
      EXPECT_EQ(key.setting.default_value(), "") << key.name;
      EXPECT_NE(ConfigItemsOf(key.name), "") << key.name;
      continue;
    }
    EXPECT_TRUE(key.field->has_presence()) << key.name;
    switch (key.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
        EXPECT_TRUE(key.setting.has_min()) << key.name;
        EXPECT_TRUE(key.setting.has_max()) << key.name;
        EXPECT_FALSE(key.setting.default_value().empty()) << key.name;
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        EXPECT_FALSE(key.setting.default_value().empty()) << key.name;
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        break;
      default:
        ADD_FAILURE() << key.name << " has a type that is not read";
    }
  }
}

TEST(ConfigSchemaTest, DefaultsAreAllowedValues) {
  v1::Config config;
  SetConfigDefaults(&config);
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_EQ(Set(key.name, key.setting.default_value()), "") << key.name;
    EXPECT_EQ(ConfigValueText(key, config), key.setting.default_value());
  }
}

TEST(ConfigSchemaTest, NamesAreUnique) {
  std::set<std::string> names;
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
  }
}

struct ValueCase {
  absl::string_view key;
  std::string text;
  absl::string_view problem;
};

TEST(SetConfigValueTest, SaysWhatIsWrongAndWhatIsAllowed) {
  constexpr absl::string_view kTimeout = "http.connect_timeout_seconds";
  constexpr absl::string_view kRate = "http.low_speed_bytes_per_second";
  const std::string long_path = "/" + std::string(107, 's');
  const ValueCase cases[] = {
      {kTimeout, "1", ""},
      {kTimeout, "600", ""},
      {kTimeout, "0", "\"0\" is out of range; allowed: 1 to 600 seconds"},
      {kTimeout, "601", "\"601\" is out of range; allowed: 1 to 600 seconds"},
      {kTimeout, "-1", "\"-1\" is out of range; allowed: 1 to 600 seconds"},
      {kTimeout, "99999999999999999999",
       "\"99999999999999999999\" is out of range; allowed: 1 to 600 seconds"},
      {kTimeout, "15s",
       "\"15s\" is not a whole number; allowed: 1 to 600 seconds"},
      {kTimeout, "", "\"\" is not a whole number; allowed: 1 to 600 seconds"},
      {kTimeout, "-", "\"-\" is not a whole number; allowed: 1 to 600 seconds"},
      {kTimeout, "1.5",
       "\"1.5\" is not a whole number; allowed: 1 to 600 seconds"},
      {kTimeout, "1e2",
       "\"1e2\" is not a whole number; allowed: 1 to 600 seconds"},
      {kTimeout, "010",
       "\"010\" is not a whole number; allowed: 1 to 600 seconds"},
      {kTimeout, "0x10",
       "\"0x10\" is not a whole number; allowed: 1 to 600 seconds"},
      {kTimeout, "+5",
       "\"+5\" is not a whole number; allowed: 1 to 600 seconds"},
      {kTimeout, " 5",
       "\" 5\" is not a whole number; allowed: 1 to 600 seconds"},
      {kRate, "-1",
       "\"-1\" is out of range; allowed: 0 to 1000000000 bytes per second"},
      {"http.max_redirects", "51", "\"51\" is out of range; allowed: 0 to 50"},
      {"http.allow_https_to_http", "true", ""},
      {"http.allow_https_to_http", "yes",
       "\"yes\" is neither true nor false; allowed: true, false"},
      {"http.allow_https_to_http", "True",
       "\"True\" is neither true nor false; allowed: true, false"},
      {"log.level", "warning", ""},
      {"log.level", "loud",
       "\"loud\" is none of the known values; allowed: error, warning, info, "
       "debug"},
      {"log.level", "",
       "\"\" is none of the known values; allowed: error, warning, info, "
       "debug"},
      {"paths.socket", long_path.substr(0, 107), ""},
      {"paths.socket", long_path,
       "is too long; allowed: an absolute path of at most 107 bytes"},
      {"paths.state_directory", "a/b",
       "is not an absolute path; allowed: an absolute path of at most 4095 "
       "bytes"},
      {"http.ca_file", "/a\nb",
       "holds a control character; allowed: an absolute path of at most 4095 "
       "bytes"},
      {"http.ca_file", "/\xFF",
       "is not UTF-8; allowed: an absolute path of at most 4095 bytes"},
      {"http.ca_file", "", ""},
      {"http.proxy_url", "", ""},
      {"http.proxy_url", "http://u:p@proxy:3128", ""},
      {"http.proxy_url", "ftp://u:hunter2@proxy",
       "has the scheme \"ftp\"; allowed: an http, https, socks5 or socks5h "
       "URL"},
      {"http.proxy_url", "http://u:hunter2@",
       "has no host; allowed: an http, https, socks5 or socks5h URL"},
  };
  for (const ValueCase& one : cases) {
    EXPECT_EQ(Set(one.key, one.text), one.problem) << one.key;
  }
}

TEST(SetConfigValueTest, NumbersStandWithoutQuotes) {
  EXPECT_EQ(Set("http.max_redirects", "5", ConfigText::kQuoted),
            "is a text in quotes; write it without; allowed: 0 to 50");
  EXPECT_EQ(Set("http.allow_https_to_http", "true", ConfigText::kQuoted),
            "is a text in quotes; write it without; allowed: true, false");
  EXPECT_EQ(Set("log.level", "info", ConfigText::kQuoted), "");
}

TEST(SetConfigValueTest, AWrongValueChangesNothing) {
  v1::Config config;
  EXPECT_EQ(Set("log.level", "debug", ConfigText::kPlain, &config), "");
  EXPECT_NE(Set("log.level", "loud", ConfigText::kPlain, &config), "");
  EXPECT_EQ(config.log().level(), "debug");
}

TEST(SetConfigValueTest, AnEmptyTextUnsets) {
  v1::Config config;
  EXPECT_EQ(Set("http.ca_file", "/a", ConfigText::kPlain, &config), "");
  EXPECT_EQ(config.http().ca_file(), "/a");
  EXPECT_EQ(Set("http.ca_file", "", ConfigText::kQuoted, &config), "");
  EXPECT_FALSE(config.http().has_ca_file());
}

std::string AddPeer(absl::string_view text, v1::Config* config) {
  return AddConfigItem(*FindConfigKey("swarm.peers"), text, config);
}

TEST(AddConfigItemTest, AppendsToTheList) {
  v1::Config config;
  EXPECT_EQ(Set("swarm.peers", "a:1", ConfigText::kQuoted, &config), "");
  EXPECT_EQ(AddPeer("b:2", &config), "");
  ASSERT_EQ(config.swarm().peers_size(), 2);
  EXPECT_EQ(config.swarm().peers(0), "a:1");
  EXPECT_EQ(config.swarm().peers(1), "b:2");
}

TEST(AddConfigItemTest, SaysWhatIsWrongAndAddsNothing) {
  const std::string allowed =
      "; allowed: up to 256 items of 1024 bytes: HOST:PORT, such as "
      "depot.example:6772";
  v1::Config config;
  EXPECT_EQ(AddPeer("", &config), "is an empty text" + allowed);
  EXPECT_EQ(AddPeer("a\nb", &config), "holds a control character" + allowed);
  EXPECT_EQ(AddPeer("a", &config), "\"a\" has no port" + allowed);
  EXPECT_EQ(AddPeer("\xFF", &config), "is not UTF-8" + allowed);
  EXPECT_EQ(AddPeer(std::string(1025, 'x'), &config), "is too long" + allowed);
  EXPECT_EQ(config.swarm().peers_size(), 0);
}

TEST(AddConfigItemTest, CountsTheItems) {
  v1::Config config;
  for (int i = 0; i < 256; ++i) ASSERT_EQ(AddPeer("a:1", &config), "");
  EXPECT_EQ(AddPeer("a:1", &config),
            "has too many items; allowed: up to 256 items of 1024 bytes: "
            "HOST:PORT, such as depot.example:6772");
  EXPECT_EQ(config.swarm().peers_size(), 256);
}

TEST(SetConfigValueTest, MakesAListOfOneItemOrNone) {
  v1::Config config;
  EXPECT_EQ(AddPeer("a:1", &config), "");
  EXPECT_EQ(AddPeer("b:1", &config), "");
  EXPECT_EQ(Set("swarm.peers", "c:1", ConfigText::kPlain, &config), "");
  ASSERT_EQ(config.swarm().peers_size(), 1);
  EXPECT_EQ(config.swarm().peers(0), "c:1");
  EXPECT_EQ(Set("swarm.peers", "", ConfigText::kQuoted, &config), "");
  EXPECT_EQ(config.swarm().peers_size(), 0);
}

TEST(ConfigValueTextTest, ShowsListsAsInYaml) {
  const struct {
    const char* key;
    std::vector<const char*> items;
    const char* text;
  } cases[] = {
      {"swarm.interfaces", {}, ""},
      {"swarm.interfaces", {"eth0"}, "[eth0]"},
      {"swarm.interfaces",
       {"eth0", "*", "d\"\\e", "f*", "a,b"},
       R"([eth0, "*", "d\"\\e", f*, "a,b"])"},
      {"swarm.peers", {"a:1", "[fd00::1]:1"}, R"([a:1, "[fd00::1]:1"])"},
      {"swarm.trackers", {"http://h:"}, R"(["http://h:"])"},
      {"bandwidth.schedule",
       {"mon 00:00-01:00 upload=1"},
       R"(["mon 00:00-01:00 upload=1"])"},
  };
  for (const auto& one : cases) {
    const ConfigKey& key = *FindConfigKey(one.key);
    v1::Config config;
    for (const char* item : one.items) {
      EXPECT_EQ(AddConfigItem(key, item, &config), "");
    }
    EXPECT_EQ(ConfigValueText(key, config), one.text);
  }
}

TEST(ConfigValueTextTest, LeavesOutSecrets) {
  v1::Config config;
  Set("http.proxy_url", "http://user:hunter2@proxy:3128", ConfigText::kPlain,
      &config);
  EXPECT_EQ(config.http().proxy_url(), "http://user:hunter2@proxy:3128");
  EXPECT_EQ(ConfigValueText(*FindConfigKey("http.proxy_url"), config),
            "http://proxy:3128");
  Set("swarm.trackers", "http://tracker/announce?key=hunter2",
      ConfigText::kPlain, &config);
  EXPECT_EQ(ConfigValueText(*FindConfigKey("swarm.trackers"), config),
            "[http://tracker/announce]");
}

TEST(NearestConfigKeyTest, KnowsTypingErrors) {
  const struct {
    absl::string_view written;
    absl::string_view meant;
  } cases[] = {
      {"htpp", "http"},
      {"HTTP", "http"},
      {"limit", "limits"},
      {"http.max_redirect", "http.max_redirects"},
      {"http.maxredirects", "http.max_redirects"},
      {"http.Connect-Timeout-Seconds", "http.connect_timeout_seconds"},
      {"http.connect_timeout", "http.connect_timeout_seconds"},
      {"max_redirects", "http.max_redirects"},
      {"scheduler.max_redirects", "http.max_redirects"},
      {"socket", "paths.socket"},
      {"http.bananas_and_cream", ""},
      {"", ""},
      {"x", ""},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(NearestConfigKey(one.written), one.meant) << one.written;
  }
  EXPECT_EQ(NearestConfigKey(std::string(1000000, 'x')), "");
}

}  // namespace
}  // namespace convoy
