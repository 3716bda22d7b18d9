// swift-tools-version: 6.0
// The tests of the package as users have it: unpacked beside this folder.
import PackageDescription

let package = Package(
    name: "tests",
    platforms: [.macOS(.v15)],
    dependencies: [.package(path: "../twiml-refer-swift")],
    targets: [
        .testTarget(
            name: "TwimlReferTests",
            dependencies: [.product(name: "TwimlRefer", package: "twiml-refer-swift")],
            path: "Tests")
    ],
    swiftLanguageModes: [.v6]
)
