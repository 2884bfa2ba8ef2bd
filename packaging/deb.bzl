"""convoy_deb: the Debian packages of what Bazel built."""

def _optimized_impl(_settings, _attr):
    return {
        "//command_line_option:compilation_mode": "opt",
        # As --config=opt: the optimizer's guesses stop no build.
        "//command_line_option:copt": ["-Wno-error"],
    }

_optimized = transition(
    implementation = _optimized_impl,
    inputs = [],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
    ],
)

_ARCHITECTURES = {
    "aarch64": "arm64",
    "k8": "amd64",
}

def _deb_impl(ctx):
    architecture = _ARCHITECTURES[ctx.var["TARGET_CPU"]]
    debs = [
        ctx.actions.declare_file("%s/%s_%s_%s.deb" % (ctx.label.name, package, ctx.attr.version, architecture))
        for package in ["convoy", "convoy-dev"]
    ]
    headers = depset(transitive = [
        library[CcInfo].compilation_context.headers
        for library in ctx.attr.libraries
    ])
    # Of the distribution's packages nothing is listed: all of these are ours.
    header_list = ctx.actions.declare_file(ctx.label.name + ".headers")
    ctx.actions.write(header_list, "".join([header.path + "\n" for header in headers.to_list()]))

    args = ctx.actions.args()
    args.add(ctx.attr.version)
    args.add(ctx.attr.date)
    args.add(debs[0].dirname)
    args.add(header_list)
    args.add_joined(ctx.attr.public_headers, join_with = " ", omit_if_empty = False)
    inputs = []
    for target, place in ctx.attr.files.items():
        for file in target.files.to_list():
            inputs.append(file)
            args.add("%s%s=%s" % (place, file.basename if place.endswith("/") else "", file.path))
    ctx.actions.run(
        executable = ctx.executable._make_deb,
        arguments = [args],
        inputs = depset([header_list] + inputs, transitive = [headers]),
        outputs = debs,
        mnemonic = "Deb",
        progress_message = "Packaging %s" % ctx.label,
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset(debs), runfiles = ctx.runfiles(debs))]

_ALLOWLIST = {
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}

def _deb_rule(cfg, attrs = {}):
    return rule(
        implementation = _deb_impl,
        attrs = dict({
            "date": attr.string(mandatory = True, doc = "Of the release, as in Debian changelogs"),
            "files": attr.label_keyed_string_dict(
                allow_files = True,
                cfg = cfg,
                doc = "What is installed, and where: a folder if it ends with a slash",
            ),
            "libraries": attr.label_list(
                cfg = cfg,
                doc = "cc_library targets whose headers may be installed",
                providers = [CcInfo],
            ),
            "public_headers": attr.string_list(
                doc = "Headers that are installed with all that they include; patterns of the shell",
            ),
            "version": attr.string(mandatory = True),
            "_make_deb": attr.label(
                cfg = "exec",
                default = "//packaging:deb_maker",
                executable = True,
            ),
        }, **attrs),
    )

# Built with optimization, whatever the command line says.
convoy_deb = _deb_rule(_optimized, _ALLOWLIST)

# Built as the command line says.
convoy_deb_as_configured = _deb_rule("target")
