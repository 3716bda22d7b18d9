package dev.twimlrefer.bench

/** A process that prints a document by this package, and ends. */
object OurFirst {
    @JvmStatic
    fun main(arguments: Array<String>) = println(Documents.ourDocument())
}

/** One with a User-to-User header. */
object OurFirstUserToUser {
    @JvmStatic
    fun main(arguments: Array<String>) = println(Documents.ourUserToUser())
}

/** One by the other package. */
object TheirFirst {
    @JvmStatic
    fun main(arguments: Array<String>) = println(Documents.theirDocument())
}

/** What the machine takes for nothing. */
object Nothing {
    @JvmStatic
    fun main(arguments: Array<String>) = println()
}
