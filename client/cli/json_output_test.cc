#include "client/cli/json_output.h"

#include <gtest/gtest.h>

#include "proto/error_detail.h"

namespace convoy {
namespace {

TEST(JsonOutputTest, NamesAreThoseOfTheProtoAndZeroesAreThere) {
  v1::FileRange range;
  EXPECT_EQ(ToJson(range), R"({"offset_bytes":"0"})");
}

TEST(JsonOutputTest, AJobWithItsFiles) {
  EXPECT_EQ(JobToJson({}, {}).substr(0, 8), R"({"job":{)");
  EXPECT_NE(JobToJson({}, {v1::JobFile(), v1::JobFile()}).find("},{"),
            std::string::npos);
}

TEST(JsonOutputTest, AnErrorIsQuoted) {
  EXPECT_EQ(ErrorToJson(absl::UnavailableError("a \"b\"\n")),
            R"({"error":{"code":"UNAVAILABLE","message":"a \"b\"\n"}})");
}

TEST(JsonOutputTest, AnErrorKeepsItsDetail) {
  const std::string json = ErrorToJson(InvalidField("files[0]", "wrong"));
  EXPECT_NE(json.find(R"("field":"files[0]")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("code":"INVALID_ARGUMENT")"), std::string::npos);
}

}  // namespace
}  // namespace convoy
