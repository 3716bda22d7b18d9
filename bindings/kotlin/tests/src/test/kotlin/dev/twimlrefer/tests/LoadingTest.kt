package dev.twimlrefer.tests

import dev.twimlrefer.SipUri
import org.junit.jupiter.api.Test
import java.io.File
import java.util.jar.JarFile
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** What a user reads where the native library cannot be loaded, whichever call comes first. */
class LoadingTest {
    @Test
    fun `a temporary folder that cannot be written is named`() {
        val (status, text) = run("-Djna.tmpdir=/dev/null/none", "-Djna.nosys=true")
        assertEquals(0, status, text)
        val (first, second) = text.lines().filter { "twiml-refer" in it }
        assertTrue("twiml-refer cannot load its native library on " in first, text)
        assertTrue("-Djna.tmpdir=FOLDER" in first && "--enable-native-access=ALL-UNNAMED" in first, text)
        assertEquals(first, second)
    }

    @Test
    fun `a platform without a library is named with those that have one`() {
        val jar = File(SipUri::class.java.protectionDomain.codeSource.location.path)
        val without = File.createTempFile("without", ".jar")
        JarFile(jar).use { from ->
            java.util.zip.ZipOutputStream(without.outputStream()).use { to ->
                for (entry in from.entries().asSequence().filter { "twiml_refer_uniffi." !in it.name }) {
                    to.putNextEntry(java.util.zip.ZipEntry(entry.name))
                    from.getInputStream(entry).copyTo(to)
                }
            }
        }
        val (status, text) = run("-Djna.nosys=true", replace = jar to without)
        without.delete()
        assertEquals(0, status, text)
        assertTrue("this jar has none for it, but for Linux" in text, text)
    }

    /** What [Main] prints in another JVM. */
    private fun run(vararg options: String, replace: Pair<File, File>? = null): Pair<Int, String> {
        val path = System.getProperty(
            "java.class.path",
        ).split(File.pathSeparator).joinToString(File.pathSeparator) {
            if (File(it) == replace?.first) "${replace.second}" else it
        }
        val java = System.getProperty("java.home") + "/bin/java"
        val process = ProcessBuilder(java, *options, "-cp", path, Main::class.java.name)
            .redirectErrorStream(true).start()
        val text = process.inputStream.bufferedReader().readText()
        return process.waitFor() to text
    }

    /** Makes two calls, and prints why each failed. */
    object Main {
        @JvmStatic
        fun main(arguments: Array<String>) {
            repeat(2) {
                try {
                    SipUri("sip:a@b")
                } catch (error: UnsatisfiedLinkError) {
                    println(error.message)
                }
            }
        }
    }
}
