#include "tests/pem_folder.h"

#include "gtest/gtest.h"
#include "tests/process.h"

namespace convoy::testing {

void PemFolder::MakeAuthority(const std::string& name) {
  OpenSsl({"req", "-x509", "-newkey", "ec", "-pkeyopt",
           "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
           "/CN=" + name, "-keyout", Path(name + "-key"), "-out", Path(name)});
}

void PemFolder::MakeCertificate(const std::string& name,
                                const std::string& authority,
                                const std::string& extension,
                                const std::string& days) {
  WriteFile(Path(name + "-extension"), extension);
  OpenSsl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
           "-nodes", "-subj", "/CN=" + name, "-keyout", Path(name + "-key"),
           "-out", Path(name + "-request")});
  OpenSsl({"x509", "-req", "-in", Path(name + "-request"), "-CA",
           Path(authority), "-CAkey", Path(authority + "-key"), "-extfile",
           Path(name + "-extension"), "-CAcreateserial", "-days", days, "-out",
           Path(name)});
}

void PemFolder::OpenSsl(const std::vector<std::string>& arguments) {
  ProcessOptions options;
  options.argv = {"/usr/bin/openssl"};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  const ProcessResult result = RunProcess(options);
  ASSERT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace convoy::testing
