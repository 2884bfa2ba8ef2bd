#include "daemon/reflection_service.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/rpc_call.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

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
void SetError(absl::StatusCode code, const std::string& message,
              Response& response) {
  response.mutable_error_response()->set_error_code(static_cast<int>(code));
  response.mutable_error_response()->set_error_message(message);
}

// `file` null: not found.
template <typename Response>
void SetFile(const FileDescriptor* file, const std::string& what,
             Response& response) {
  if (file == nullptr) {
    SetError(absl::StatusCode::kNotFound, what + " is not known here",
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
    SetError(absl::StatusCode::kNotFound, type + " is not known here",
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
      SetError(absl::StatusCode::kInvalidArgument, "the request asks nothing",
               response);
      break;
  }
  return response;
}

// One stream: an answer to each request, in order. Lives as long as something
// is under way.
template <typename Request, typename Response>
class ReflectionStream final
    : public std::enable_shared_from_this<ReflectionStream<Request, Response>> {
 public:
  ReflectionStream(std::shared_ptr<RpcCall> call,
                   const std::vector<std::string>& service_names)
      : call_(std::move(call)), service_names_(service_names) {}

  void AnswerNext() {
    call_->Read(&request_,
                [self = this->shared_from_this()](
                    const absl::StatusOr<bool>& read) { self->OnRead(read); });
  }

 private:
  void OnRead(const absl::StatusOr<bool>& read) {
    if (!read.ok() || !*read) {
      call_->Finish(read.status(), nullptr);
      return;
    }
    call_->Write(Answer<Request, Response>(service_names_, request_),
                 [self = this->shared_from_this()](bool ok) {
                   if (ok) {
                     self->AnswerNext();
                   } else {
                     self->call_->Finish(absl::CancelledError(), nullptr);
                   }
                 });
  }

  const std::shared_ptr<RpcCall> call_;
  const std::vector<std::string>& service_names_;
  Request request_;
};

template <typename Request, typename Response>
RpcService ReflectionService(const std::string& name,
                             const std::vector<std::string>& service_names) {
  return {
      name,
      {{"ServerReflectionInfo", [service_names](std::shared_ptr<RpcCall> call) {
          std::make_shared<ReflectionStream<Request, Response>>(std::move(call),
                                                                service_names)
              ->AnswerNext();
        }}}};
}

}  // namespace

std::vector<RpcService> MakeReflectionServices(
    std::vector<std::string> service_names) {
  namespace v1 = ::grpc::reflection::v1;
  namespace v1alpha = ::grpc::reflection::v1alpha;
  const std::string name = "grpc.reflection.v1.ServerReflection";
  const std::string alpha_name = "grpc.reflection.v1alpha.ServerReflection";
  service_names.push_back(name);
  service_names.push_back(alpha_name);
  service_names.erase(
      std::remove_if(
          service_names.begin(), service_names.end(),
          [](const std::string& listed) {
            return DescriptorPool::generated_pool()->FindServiceByName(
                       listed) == nullptr;
          }),
      service_names.end());
  std::sort(service_names.begin(), service_names.end());
  return {ReflectionService<v1::ServerReflectionRequest,
                            v1::ServerReflectionResponse>(name, service_names),
          ReflectionService<v1alpha::ServerReflectionRequest,
                            v1alpha::ServerReflectionResponse>(alpha_name,
                                                               service_names)};
}

}  // namespace convoy
