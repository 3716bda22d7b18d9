// swift-tools-version: 6.0
// The package is unpacked beside this folder.
import PackageDescription

let package = Package(
    name: "transfer-app",
    platforms: [.macOS(.v15)],
    dependencies: [.package(path: "../twiml-refer-swift")],
    targets: [
        .executableTarget(
            name: "transfer-app",
            dependencies: [.product(name: "TwimlRefer", package: "twiml-refer-swift")],
            path: "Sources")
    ],
    swiftLanguageModes: [.v6]
)
