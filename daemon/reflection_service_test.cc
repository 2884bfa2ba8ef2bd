#include "daemon/reflection_service.h"

#include <sys/socket.h>

#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "convoy/v1/admin_service.grpc.pb.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "convoy/v1/options.pb.h"
#include "daemon/rpc_testing.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

namespace reflection = ::grpc::reflection;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

// What differs between the two versions.
struct V1 {
  using Service = reflection::v1::ServerReflection;
  using Request = reflection::v1::ServerReflectionRequest;
  using Response = reflection::v1::ServerReflectionResponse;
};
struct V1Alpha {
  using Service = reflection::v1alpha::ServerReflection;
  using Request = reflection::v1alpha::ServerReflectionRequest;
  using Response = reflection::v1alpha::ServerReflectionResponse;
};

template <typename Version>
class ReflectionServiceTest : public ::testing::Test {
 protected:
  using Request = typename Version::Request;
  using Response = typename Version::Response;

  ReflectionServiceTest() {
    // Links the file with the extension in.
    v1::Setting::descriptor();
    server_.Serve({NoMethods("convoy.v1.JobService"),
                   NoMethods("convoy.v1.AdminService")});
    stub_ = Version::Service::NewStub(server_.ChannelOf({1001, 1001}));
  }

  // Asks all on one stream, as clients do.
  std::vector<Response> Ask(const std::vector<Request>& requests) {
    grpc::ClientContext context;
    const auto stream = stub_->ServerReflectionInfo(&context);
    std::vector<Response> responses;
    for (const Request& request : requests) {
      Response response;
      EXPECT_TRUE(stream->Write(request));
      EXPECT_TRUE(stream->Read(&response));
      responses.push_back(response);
    }
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return responses;
  }

  static Request Symbol(const std::string& symbol) {
    Request request;
    request.set_host("host");
    request.set_file_containing_symbol(symbol);
    return request;
  }
  static Request FileName(const std::string& name) {
    Request request;
    request.set_file_by_filename(name);
    return request;
  }
  static Request Extension(const std::string& type, int number) {
    Request request;
    request.mutable_file_containing_extension()->set_containing_type(type);
    request.mutable_file_containing_extension()->set_extension_number(number);
    return request;
  }

  static std::set<std::string> FilesIn(const Response& response) {
    std::set<std::string> files;
    for (const std::string& bytes :
         response.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      EXPECT_TRUE(file.ParseFromString(bytes));
      EXPECT_TRUE(files.insert(file.name()).second) << file.name();
    }
    return files;
  }

  RpcTestServer server_;
  std::unique_ptr<typename Version::Service::Stub> stub_;
};

using Versions = ::testing::Types<V1, V1Alpha>;
TYPED_TEST_SUITE(ReflectionServiceTest, Versions);

TYPED_TEST(ReflectionServiceTest, ListsAllServices) {
  typename TypeParam::Request request;
  request.set_list_services("*");
  const auto responses = this->Ask({request});
  std::vector<std::string> names;
  for (const auto& service : responses[0].list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names,
              ElementsAre("convoy.v1.AdminService", "convoy.v1.JobService",
                          "grpc.health.v1.Health",
                          "grpc.reflection.v1.ServerReflection",
                          "grpc.reflection.v1alpha.ServerReflection"));
}

TYPED_TEST(ReflectionServiceTest, SymbolsComeWithAllThatTheyImport) {
  for (const char* symbol :
       {"convoy.v1.JobService", "convoy.v1.JobService.CreateJob",
        "convoy.v1.CreateJobRequest",
        "convoy.v1.CreateJobRequest.request_id"}) {
    const auto responses = this->Ask({this->Symbol(symbol)});
    EXPECT_THAT(
        this->FilesIn(responses[0]),
        IsSupersetOf({"convoy/v1/job_service.proto", "convoy/v1/job.proto",
                      "convoy/v1/error_detail.proto",
                      "google/protobuf/timestamp.proto"}))
        << symbol;
    EXPECT_EQ(responses[0].valid_host(), "host");
    EXPECT_EQ(responses[0].original_request().file_containing_symbol(), symbol);
  }
}

TYPED_TEST(ReflectionServiceTest, FilesAreFoundByName) {
  const auto responses =
      this->Ask({this->FileName("google/protobuf/duration.proto")});
  EXPECT_THAT(this->FilesIn(responses[0]),
              UnorderedElementsAre("google/protobuf/duration.proto"));
}

TYPED_TEST(ReflectionServiceTest, ExtensionsAreFound) {
  typename TypeParam::Request numbers;
  numbers.set_all_extension_numbers_of_type("google.protobuf.FieldOptions");
  const auto responses =
      this->Ask({this->Extension("google.protobuf.FieldOptions", 50501),
                 numbers, this->Symbol("convoy.v1.setting")});
  EXPECT_EQ(this->FilesIn(responses[0]).count("convoy/v1/options.proto"), 1u);
  EXPECT_THAT(responses[1].all_extension_numbers_response().extension_number(),
              ElementsAre(50501));
  EXPECT_EQ(responses[1].all_extension_numbers_response().base_type_name(),
            "google.protobuf.FieldOptions");
  EXPECT_EQ(this->FilesIn(responses[2]).count("convoy/v1/options.proto"), 1u);
}

TYPED_TEST(ReflectionServiceTest, UnknownThingsAreNotFound) {
  typename TypeParam::Request numbers;
  numbers.set_all_extension_numbers_of_type("no.Such");
  const auto responses =
      this->Ask({this->Symbol("no.Such"), this->FileName("no_such.proto"),
                 this->Extension("no.Such", 1),
                 this->Extension("google.protobuf.FieldOptions", 1), numbers});
  for (const auto& response : responses) {
    EXPECT_EQ(response.error_response().error_code(),
              grpc::StatusCode::NOT_FOUND);
    EXPECT_FALSE(response.error_response().error_message().empty());
  }
}

TYPED_TEST(ReflectionServiceTest, EmptyRequestIsAnError) {
  const auto responses = this->Ask({{}});
  EXPECT_EQ(responses[0].error_response().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

// grpcurl asks for one service after another on one stream.
TYPED_TEST(ReflectionServiceTest, AnswersOfOneStreamDoNotMix) {
  typename TypeParam::Request list;
  list.set_list_services("");
  const auto responses = this->Ask({list, this->Symbol("convoy.v1.JobService"),
                                    this->Symbol("no.Such"),
                                    this->Symbol("convoy.v1.AdminService")});
  EXPECT_TRUE(responses[0].has_list_services_response());
  EXPECT_EQ(this->FilesIn(responses[1]).count("convoy/v1/admin_service.proto"),
            0u);
  EXPECT_TRUE(responses[2].has_error_response());
  EXPECT_TRUE(responses[3].has_file_descriptor_response());
  EXPECT_EQ(this->FilesIn(responses[3]).count("convoy/v1/job_service.proto"),
            0u);
}

}  // namespace
}  // namespace convoy
