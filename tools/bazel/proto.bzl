"""C++ from .proto files, with the distribution's protoc.

convoy_proto_library(name, srcs, deps) makes a cc_library `name`. A source is imported
and its header included by its path below the BUILD file: convoy/v1/job.proto of
//proto is "convoy/v1/job.proto" and "convoy/v1/job.pb.h". `<name>_descriptor` is a
FileDescriptorSet with imports and comments.
"""

load("@system_versions//:versions.bzl", "VERSIONS")

_Protos = provider(fields = {
    "roots": "depset of import directories",
    "sources": "depset of .proto files, imports too",
})

def _join(*parts):
    return "/".join([part for part in parts if part]) or "."

def _protoc_impl(ctx):
    root = _join(ctx.label.workspace_root, ctx.label.package)
    out_root = _join(ctx.bin_dir.path, root if root != "." else "")
    imported = [dep[_Protos] for dep in ctx.attr.deps]
    protos = _Protos(
        roots = depset([root], transitive = [dep.roots for dep in imported]),
        sources = depset(ctx.files.srcs, transitive = [dep.sources for dep in imported]),
    )
    descriptor = ctx.actions.declare_file(ctx.label.name + ".protoset")

    args = ctx.actions.args()
    args.add_all(protos.roots, before_each = "-I")
    args.add("--cpp_out=" + out_root)
    if ctx.attr.grpc:
        args.add("--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin")
        args.add("--grpc_out=" + out_root)
    args.add("--include_imports")
    args.add("--include_source_info")
    args.add(descriptor, format = "--descriptor_set_out=%s")
    args.add_all(ctx.files.srcs)
    ctx.actions.run(
        executable = "/usr/bin/protoc",
        arguments = [args],
        inputs = protos.sources,
        outputs = ctx.outputs.outs + [descriptor],
        # protoc is no input that Bazel sees: its version stands for it.
        env = {"CONVOY_SYSTEM_VERSIONS": VERSIONS},
        mnemonic = "Protoc",
        progress_message = "Generating C++ of %s" % ctx.label,
    )
    return [
        protos,
        DefaultInfo(files = depset(ctx.outputs.outs)),
        OutputGroupInfo(protoset = depset([descriptor])),
    ]

_protoc = rule(
    implementation = _protoc_impl,
    attrs = {
        "deps": attr.label_list(providers = [_Protos]),
        "grpc": attr.bool(),
        "outs": attr.output_list(),
        "srcs": attr.label_list(allow_files = [".proto"]),
    },
)

def _protoc_label(label):
    """The rule behind a convoy_proto_library."""
    if ":" in label:
        return label + "_protoc"
    return label + ":" + label.split("/")[-1] + "_protoc"

def convoy_proto_library(name, srcs, deps = [], grpc = False, alwayslink = False, visibility = None):
    """A cc_library of the generated code.

    Args:
      name: the cc_library.
      srcs: .proto files of this package or below.
      deps: other convoy_proto_library targets that srcs import.
      grpc: generate service stubs (.grpc.pb.h) as well, for all of srcs.
      alwayslink: keep the descriptors even if no code refers to them.
      visibility: of all targets made here.
    """
    kinds = ["pb"] + (["grpc.pb"] if grpc else [])
    stems = [src[:-len(".proto")] for src in srcs]
    hdrs = ["%s.%s.h" % (stem, kind) for stem in stems for kind in kinds]
    ccs = ["%s.%s.cc" % (stem, kind) for stem in stems for kind in kinds]
    _protoc(
        name = name + "_protoc",
        srcs = srcs,
        outs = hdrs + ccs,
        grpc = grpc,
        visibility = visibility,
        deps = [_protoc_label(dep) for dep in deps],
    )
    native.filegroup(
        name = name + "_descriptor",
        srcs = [name + "_protoc"],
        output_group = "protoset",
        visibility = visibility,
    )
    native.cc_library(
        name = name,
        srcs = ccs,
        hdrs = hdrs,
        alwayslink = alwayslink,
        copts = ["-w"],
        includes = ["."],
        visibility = visibility,
        deps = deps + ["@convoy//third_party/system:" + ("rpc" if grpc else "protobuf")],
    )
