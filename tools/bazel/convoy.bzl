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

# By size: a busy machine and a sanitizer make a test ten times as slow. What a test waits for has limits of its own.
_TIMEOUTS = {
    "small": "moderate",
    "medium": "long",
    "large": "long",
}

def convoy_cc_test(name, copts = [], deps = [], size = "small", **kwargs):
    """A GoogleTest test; brings gtest_main.

    Tags: "grpc" or "notsan" keep a test out of ThreadSanitizer, "noasan" out of AddressSanitizer.
    """
    native.cc_test(
        name = name,
        size = size,
        timeout = _TIMEOUTS[size],
        copts = WARNINGS + copts,
        deps = deps + ["//third_party/system:gtest_main"] + _SANITIZER_DEFAULTS,
        **kwargs
    )

def convoy_cc_fuzz_test(name, srcs, corpus = [], deps = [], tags = [], **kwargs):
    """A file with LLVMFuzzerTestOneInput, as a test and as a fuzzer.

    `name` runs the files of `corpus` and mutations of them, other ones each time, in every configuration. Its log
    names the seed; the same again: --test_env=CONVOY_FUZZ_SEED=N.
    `name`_fuzzer is libFuzzer: bazel run --config=fuzz //room:name_fuzzer -- -max_total_time=60
    """
    native.cc_test(
        name = name,
        size = "small",
        timeout = _TIMEOUTS["small"],
        srcs = srcs,
        args = ["$(rootpaths %s)" % file for file in corpus],
        copts = WARNINGS,
        data = corpus,
        tags = tags,
        deps = deps + ["//tools/bazel:fuzz_main"] + _SANITIZER_DEFAULTS,
        **kwargs
    )
    native.cc_binary(
        name = name + "_fuzzer",
        testonly = True,
        srcs = srcs,
        copts = WARNINGS,
        linkopts = ["-fsanitize=fuzzer"],
        tags = tags + ["manual"],
        deps = deps + _SANITIZER_DEFAULTS,
        **kwargs
    )
