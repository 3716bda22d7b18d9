package dev.twimlrefer.servlet

import dev.twimlrefer.RequestException
import dev.twimlrefer.VoiceRequest
import jakarta.servlet.ReadListener
import jakarta.servlet.ServletInputStream
import jakarta.servlet.http.HttpServletRequest
import jakarta.servlet.http.HttpServletRequestWrapper
import java.io.BufferedReader
import java.io.ByteArrayInputStream
import java.util.AbstractMap.SimpleImmutableEntry
import java.util.Collections
import java.util.Enumeration

/** A verified POST whose body was read: stream, reader and parameters are those that the container would give. */
internal class ReadableRequest(
    request: HttpServletRequest,
    private val body: ByteArray,
    private val verified: VoiceRequest,
) : HttpServletRequestWrapper(request) {
    private val bytes by lazy { BodyStream(body) }
    private val text by lazy { BufferedReader(bytes.reader(charset(characterEncoding ?: "UTF-8"))) }

    /** The values of the query come first, as the specification says. */
    private val merged: Map<String, Array<String>> by lazy {
        val query = try {
            VoiceRequest.fromForm(queryString.orEmpty(), Int.MAX_VALUE).params
        } catch (_: RequestException) {
            super.getParameterMap().flatMap { (name, values) ->
                values.map { SimpleImmutableEntry(name, it) }
            }
        }
        val values = (query + verified.params).groupBy({ it.key }, { it.value })
        Collections.unmodifiableMap(values.mapValues { it.value.toTypedArray() })
    }

    override fun getInputStream(): ServletInputStream = bytes

    override fun getReader(): BufferedReader = text

    override fun getParameterMap(): Map<String, Array<String>> = merged

    override fun getParameterNames(): Enumeration<String> = Collections.enumeration(merged.keys)

    override fun getParameterValues(name: String): Array<String>? = merged[name]?.clone()

    override fun getParameter(name: String): String? = merged[name]?.first()
}

private class BodyStream(body: ByteArray) : ServletInputStream() {
    private val bytes = ByteArrayInputStream(body)

    override fun read(): Int = bytes.read()

    override fun read(buffer: ByteArray, offset: Int, length: Int): Int = bytes.read(buffer, offset, length)

    override fun available(): Int = bytes.available()

    override fun isFinished(): Boolean = bytes.available() == 0

    override fun isReady(): Boolean = true

    override fun setReadListener(listener: ReadListener) {
        if (!isFinished) listener.onDataAvailable()
        listener.onAllDataRead()
    }
}
