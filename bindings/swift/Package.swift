// swift-tools-version: 6.0
// The package in the archive that `build` makes; in the repository TwimlReferBridge, which is generated, is missing.
import PackageDescription

#if os(Linux)
    let native = Target.systemLibrary(name: "CTwimlRefer", pkgConfig: "twiml_refer_uniffi")
#else
    let native = Target.binaryTarget(name: "CTwimlRefer", path: "CTwimlRefer.xcframework")
#endif

let package = Package(
    name: "twiml-refer-swift",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [.library(name: "TwimlRefer", targets: ["TwimlRefer"])],
    targets: [
        native,
        .target(name: "TwimlReferBridge", dependencies: ["CTwimlRefer"]),
        .target(name: "TwimlRefer", dependencies: ["TwimlReferBridge"]),
    ],
    swiftLanguageModes: [.v6]
)
