#include "daemon/range_check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config_file.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

v1::RequestRangesRequest Asked(std::int64_t offset, std::int64_t length) {
  v1::RequestRangesRequest request;
  v1::FileRange* const range = request.add_ranges();
  range->set_offset_bytes(offset);
  if (length != ByteRange::kToEnd) range->set_length_bytes(length);
  return request;
}

class RangeCheckTest : public testing::Test {
 protected:
  RangeCheckTest() { file_.remote_url = "http://origin.example/a"; }

  absl::Status Ask(std::int64_t offset, std::int64_t length) {
    return ApplyRangesRequest(Asked(offset, length), settings_, &file_);
  }
  std::string Demand() const {
    std::string text;
    for (const ByteRange& range : file_.demand->ranges) {
      absl::StrAppend(&text, range.offset, "+", range.length, " ");
    }
    return text;
  }

  Settings settings_ = *ParseConfig({}, {});
  JobFile file_;
};

TEST_F(RangeCheckTest, RangesThatTouchBecomeOne) {
  EXPECT_TRUE(Ask(100, 10).ok());
  EXPECT_TRUE(Ask(10, 10).ok());
  EXPECT_EQ(Demand(), "10+10 100+10 ");
  EXPECT_TRUE(Ask(20, 5).ok());
  EXPECT_TRUE(Ask(95, 6).ok());
  EXPECT_EQ(Demand(), "10+15 95+15 ");
  EXPECT_TRUE(Ask(12, 3).ok());
  EXPECT_EQ(Demand(), "10+15 95+15 ");
  EXPECT_TRUE(Ask(200, ByteRange::kToEnd).ok());
  EXPECT_TRUE(Ask(300, 5).ok());
  EXPECT_EQ(Demand(), "10+15 95+15 200+-1 ");
  EXPECT_TRUE(Ask(0, 250).ok());
  EXPECT_EQ(Demand(), "0+-1 ");
}

TEST_F(RangeCheckTest, RangesAreInsideTheFileWhereItsSizeIsKnown) {
  file_.expected_size = 100;
  EXPECT_TRUE(Ask(90, 10).ok());
  const absl::Status status = Ask(91, 10);
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_INVALID_RANGE);
  EXPECT_EQ(ErrorDetailOf(status).field(), "ranges[0]");
  file_.size = 50;
  EXPECT_FALSE(Ask(50, ByteRange::kToEnd).ok());
  EXPECT_EQ(Demand(), "90+10 ");
  EXPECT_EQ(ErrorDetailOf(Ask(-1, 1)).field(), "ranges[0].offset_bytes");
  EXPECT_EQ(ErrorDetailOf(Ask(0, 0)).field(), "ranges[0].length_bytes");
}

TEST_F(RangeCheckTest, WhatTurnsOutNotToBeInTheFileIsForgotten) {
  EXPECT_TRUE(Ask(0, 10).ok());
  EXPECT_TRUE(Ask(90, 20).ok());
  EXPECT_TRUE(Ask(200, 20).ok());
  EXPECT_TRUE(Ask(300, ByteRange::kToEnd).ok());
  file_.size = 100;
  EXPECT_TRUE(Ask(20, 10).ok());
  EXPECT_EQ(Demand(), "0+10 20+10 90+10 ");
}

TEST_F(RangeCheckTest, APlaceToGoOnFromStandsAlone) {
  v1::RequestRangesRequest request;
  request.set_position_bytes(7);
  EXPECT_TRUE(ApplyRangesRequest(request, settings_, &file_).ok());
  EXPECT_EQ(file_.demand->position, 7);
  EXPECT_EQ(Demand(), "");
  request.set_position_bytes(-1);
  EXPECT_EQ(
      ErrorDetailOf(ApplyRangesRequest(request, settings_, &file_)).field(),
      "position_bytes");
  EXPECT_EQ(file_.demand->position, 7);
}

TEST_F(RangeCheckTest, AFileHasSoManyRequestedRangesOnly) {
  settings_.config.mutable_limits()->set_max_ranges_per_file(2);
  EXPECT_TRUE(Ask(0, 1).ok());
  EXPECT_TRUE(Ask(10, 1).ok());
  EXPECT_EQ(ErrorDetailOf(Ask(20, 1)).policy(), "limits.max_ranges_per_file");
  EXPECT_TRUE(Ask(1, 9).ok());
  EXPECT_EQ(Demand(), "0+11 ");
}

TEST_F(RangeCheckTest, PartsOfLocalFilesAndOfRangesCannotBeAskedFor) {
  file_.ranges = {{0, 10}};
  EXPECT_EQ(ErrorDetailOf(Ask(0, 1)).reason(),
            v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT);
  file_.ranges.clear();
  file_.remote_url = "file:///srv/a";
  EXPECT_EQ(ErrorDetailOf(Ask(0, 1)).field(), "file_index");
}

}  // namespace
}  // namespace convoy
