"""What a build takes from the machine: library versions and installed tools."""

_PACKAGES = [
    "g++",
    "googletest",
    "grpc-proto",
    "libabsl-dev",
    "libbenchmark-dev",
    "libc6-dev",
    "libcli11-dev",
    "libcurl4-openssl-dev",
    "libgmock-dev",
    "libgrpc++-dev",
    "libgtest-dev",
    "libprotobuf-dev",
    "libspdlog-dev",
    "libsqlite3-dev",
    "libssl-dev",
    "libstdc++-12-dev",
    "libsystemd-dev",
    "libtorrent-rasterbar-dev",
    "libyaml-cpp-dev",
    "nginx-light",
    "prometheus-cpp-dev",
    "protobuf-compiler",
    "protobuf-compiler-grpc",
]

def _system_versions_impl(ctx):
    # Packages that are absent make dpkg-query return 1; what is present counts.
    result = ctx.execute(["dpkg-query", "-W", "-f", "${Package}_${Version};"] + _PACKAGES)
    ctx.file("BUILD.bazel", "")
    ctx.file("versions.bzl", "VERSIONS = \"v%s\"\n" % str(hash(result.stdout)).replace("-", "n"))

# System headers and libraries are no inputs of Bazel's actions. Their versions
# go into a define instead, so that an upgrade invalidates what was cached.
system_versions = repository_rule(
    implementation = _system_versions_impl,
    configure = True,
    local = True,
)

def _system_tools_impl(ctx):
    buf = ctx.path(ctx.os.environ.get("HOME", "/") + "/.cache/convoy-tools/bin/buf")
    if buf.exists:
        ctx.symlink(buf, "buf")
    else:
        ctx.file("buf", "#!/bin/sh\necho 'buf is missing: run tools/setup' >&2\nexit 127\n", executable = True)
    ctx.file("BUILD.bazel", "exports_files([\"buf\"])\n")

# @system_tools//:buf, the gRPC client of the tests, as tools/setup installed it.
system_tools = repository_rule(
    implementation = _system_tools_impl,
    environ = ["HOME"],
    local = True,
)
