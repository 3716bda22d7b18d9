// swift-tools-version: 6.0
// The main jobs, for `run`: the package is unpacked beside this folder.
import PackageDescription

let package = Package(
    name: "bench",
    platforms: [.macOS(.v15)],
    dependencies: [.package(path: "../twiml-refer-swift")],
    targets: [
        .executableTarget(
            name: "bench",
            dependencies: [.product(name: "TwimlRefer", package: "twiml-refer-swift")],
            path: "Sources")
    ],
    swiftLanguageModes: [.v6]
)
