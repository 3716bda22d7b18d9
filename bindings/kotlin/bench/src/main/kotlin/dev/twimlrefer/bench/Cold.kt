package dev.twimlrefer.bench

/** A process that prints a document by one of the packages, and ends. */
object OurFirst {
    @JvmStatic
    fun main(arguments: Array<String>) = println(Documents.ourDocument())
}

/** Does so by the other. */
object TheirFirst {
    @JvmStatic
    fun main(arguments: Array<String>) = println(Documents.theirDocument())
}

/** What the machine takes for nothing. */
object Nothing {
    @JvmStatic
    fun main(arguments: Array<String>) = println()
}
