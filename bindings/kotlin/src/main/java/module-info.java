/** Call transfer with TwiML Voice Refer: build, check, verify, understand, run. */
module dev.twimlrefer {
    requires transitive kotlin.stdlib;
    requires com.sun.jna;

    exports dev.twimlrefer;
    // JNA registers the native function of a class in it.
    opens dev.twimlrefer.internal to com.sun.jna;
}
