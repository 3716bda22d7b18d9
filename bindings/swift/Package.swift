// swift-tools-version: 6.0
// The package in the archive that `build` makes; in the repository TwimlReferBridge, which is generated, and the
// native libraries are missing.
import PackageDescription

#if os(Linux)
    let native = Target.systemLibrary(name: "CTwimlRefer")
    #if arch(arm64)
        let platform = "linux-aarch64"
    #else
        let platform = "linux-x86-64"
    #endif
    // `build` writes a hash of the libraries here: SwiftPM links anew when an argument changes, not when a library does.
    let libraries = "lib"
    let linking: [LinkerSetting] = [
        .unsafeFlags(["-L\(Context.packageDirectory)/\(libraries)/\(platform)"]), .linkedLibrary("m"),
    ]
#else
    let native = Target.binaryTarget(name: "CTwimlRefer", path: "CTwimlRefer.xcframework")
    let linking: [LinkerSetting] = []
#endif

let package = Package(
    name: "twiml-refer-swift",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [.library(name: "TwimlRefer", targets: ["TwimlRefer"])],
    targets: [
        native,
        .target(name: "TwimlReferBridge", dependencies: ["CTwimlRefer"], linkerSettings: linking),
        .target(name: "TwimlRefer", dependencies: ["TwimlReferBridge"]),
    ],
    swiftLanguageModes: [.v6]
)
