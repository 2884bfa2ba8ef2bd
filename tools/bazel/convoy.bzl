"""cc rules with the project's warnings."""

WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wnon-virtual-dtor",
    "-Wimplicit-fallthrough",
]

def convoy_cc_library(name, copts = [], **kwargs):
    native.cc_library(name = name, copts = WARNINGS + copts, **kwargs)

def convoy_cc_binary(name, copts = [], **kwargs):
    native.cc_binary(name = name, copts = WARNINGS + copts, **kwargs)

def convoy_cc_test(name, copts = [], deps = [], size = "small", **kwargs):
    """A GoogleTest test; brings gtest_main.

    Tags: "grpc" keeps a test out of ThreadSanitizer, "notsan" and "noasan" out of either stage.
    """
    native.cc_test(
        name = name,
        size = size,
        copts = WARNINGS + copts,
        deps = deps + ["//third_party/system:gtest_main"],
        **kwargs
    )
