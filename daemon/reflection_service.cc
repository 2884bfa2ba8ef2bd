#include "daemon/reflection_service.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "grpcpp/grpcpp.h"

namespace convoy {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::DescriptorPool;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::FileDescriptor;
using ::google::protobuf::FileDescriptorProto;

// `file` behind all that it imports, each once.
template <typename FileResponse>
void AddFile(const FileDescriptor& file, std::set<const FileDescriptor*>& seen,
             FileResponse& response) {
  if (!seen.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) {
    AddFile(*file.dependency(i), seen, response);
  }
  FileDescriptorProto proto;
  file.CopyTo(&proto);
  file.CopyJsonNameTo(&proto);
  response.add_file_descriptor_proto(proto.SerializeAsString());
}

template <typename Response>
void SetError(grpc::StatusCode code, const std::string& message,
              Response& response) {
  response.mutable_error_response()->set_error_code(code);
  response.mutable_error_response()->set_error_message(message);
}

// `file` null: not found.
template <typename Response>
void SetFile(const FileDescriptor* file, const std::string& what,
             Response& response) {
  if (file == nullptr) {
    SetError(grpc::StatusCode::NOT_FOUND, what + " is not known here",
             response);
    return;
  }
  std::set<const FileDescriptor*> seen;
  AddFile(*file, seen, *response.mutable_file_descriptor_response());
}

template <typename Response>
void SetExtensionNumbers(const std::string& type, Response& response) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const Descriptor* descriptor = pool.FindMessageTypeByName(type);
  if (descriptor == nullptr) {
    SetError(grpc::StatusCode::NOT_FOUND, type + " is not known here",
             response);
    return;
  }
  std::vector<const FieldDescriptor*> extensions;
  pool.FindAllExtensions(descriptor, &extensions);
  auto& numbers = *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type);
  for (const FieldDescriptor* extension : extensions) {
    numbers.add_extension_number(extension->number());
  }
}

template <typename Request, typename Response>
Response Answer(const std::vector<std::string>& service_names,
                const Request& request) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  Response response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kListServices:
      for (const std::string& name : service_names) {
        response.mutable_list_services_response()->add_service()->set_name(
            name);
      }
      break;
    case Request::kFileByFilename:
      SetFile(pool.FindFileByName(request.file_by_filename()),
              request.file_by_filename(), response);
      break;
    case Request::kFileContainingSymbol:
      SetFile(pool.FindFileContainingSymbol(request.file_containing_symbol()),
              request.file_containing_symbol(), response);
      break;
    case Request::kFileContainingExtension: {
      const auto& asked = request.file_containing_extension();
      const Descriptor* type =
          pool.FindMessageTypeByName(asked.containing_type());
      const FieldDescriptor* extension =
          type == nullptr
              ? nullptr
              : pool.FindExtensionByNumber(type, asked.extension_number());
      SetFile(extension == nullptr ? nullptr : extension->file(),
              "extension " + std::to_string(asked.extension_number()) + " of " +
                  asked.containing_type(),
              response);
      break;
    }
    case Request::kAllExtensionNumbersOfType:
      SetExtensionNumbers(request.all_extension_numbers_of_type(), response);
      break;
    case Request::MESSAGE_REQUEST_NOT_SET:
      SetError(grpc::StatusCode::INVALID_ARGUMENT, "the request asks nothing",
               response);
      break;
  }
  return response;
}

// One stream: an answer to each request, in order. Deletes itself.
template <typename Request, typename Response>
class ReflectionStream final
    : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit ReflectionStream(const std::vector<std::string>& service_names)
      : service_names_(service_names) {
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      this->Finish(grpc::Status::OK);
      return;
    }
    response_ = Answer<Request, Response>(service_names_, request_);
    this->StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) {
      this->Finish(grpc::Status::CANCELLED);
      return;
    }
    this->StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const std::vector<std::string>& service_names_;
  Request request_;
  Response response_;
};

template <typename Base, typename Request, typename Response>
class ReflectionService final : public Base::CallbackService {
 public:
  explicit ReflectionService(std::vector<std::string> service_names)
      : service_names_(std::move(service_names)) {}

  grpc::ServerBidiReactor<Request, Response>* ServerReflectionInfo(
      grpc::CallbackServerContext* /*context*/) override {
    return new ReflectionStream<Request, Response>(service_names_);
  }

 private:
  const std::vector<std::string> service_names_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(
    std::vector<std::string> service_names) {
  namespace v1 = ::grpc::reflection::v1;
  namespace v1alpha = ::grpc::reflection::v1alpha;
  service_names.push_back(v1::ServerReflection::service_full_name());
  service_names.push_back(v1alpha::ServerReflection::service_full_name());
  service_names.erase(
      std::remove_if(
          service_names.begin(), service_names.end(),
          [](const std::string& name) {
            return DescriptorPool::generated_pool()->FindServiceByName(name) ==
                   nullptr;
          }),
      service_names.end());
  std::sort(service_names.begin(), service_names.end());

  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(
      std::make_unique<
          ReflectionService<v1::ServerReflection, v1::ServerReflectionRequest,
                            v1::ServerReflectionResponse>>(service_names));
  services.push_back(
      std::make_unique<ReflectionService<v1alpha::ServerReflection,
                                         v1alpha::ServerReflectionRequest,
                                         v1alpha::ServerReflectionResponse>>(
          std::move(service_names)));
  return services;
}

}  // namespace convoy
