"""cc rules with the project's warnings."""

WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wnon-virtual-dtor",
    "-Wimplicit-fallthrough",
]

_SANITIZER_DEFAULTS = select({
    "//tools/bazel:asan": ["//tools/bazel:sanitizer_defaults"],
    "//conditions:default": [],
})

def convoy_cc_library(name, copts = [], **kwargs):
    native.cc_library(name = name, copts = WARNINGS + copts, **kwargs)

def convoy_cc_binary(name, copts = [], deps = [], **kwargs):
    native.cc_binary(
        name = name,
        copts = WARNINGS + copts,
        deps = deps + _SANITIZER_DEFAULTS,
        **kwargs
    )

def convoy_cc_test(name, copts = [], deps = [], size = "small", **kwargs):
    """A GoogleTest test; brings gtest_main.

    Tags: "grpc" or "notsan" keep a test out of ThreadSanitizer, "noasan" out of AddressSanitizer.
    """
    native.cc_test(
        name = name,
        size = size,
        copts = WARNINGS + copts,
        deps = deps + ["//third_party/system:gtest_main"] + _SANITIZER_DEFAULTS,
        **kwargs
    )
