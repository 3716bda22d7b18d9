package dev.twimlrefer.servlet

import dev.twimlrefer.HttpAnswer
import dev.twimlrefer.HttpVerifier
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.VoiceRequest
import jakarta.servlet.Filter
import jakarta.servlet.FilterChain
import jakarta.servlet.ServletRequest
import jakarta.servlet.ServletRequestWrapper
import jakarta.servlet.ServletResponse
import jakarta.servlet.http.HttpServletRequest
import jakarta.servlet.http.HttpServletResponse
import java.io.IOException
import java.lang.System.Logger.Level
import java.util.Collections

/**
 * Lets only requests pass that Twilio signed; answers the others 400, 403, 405 or 413, without a body. For each
 * container of the API Jakarta Servlet 5 or newer: Spring Boot 3, Jetty 12, Tomcat 10.
 *
 * The app finds the request by [voiceRequest], and can read parameters and body as if the filter were not there. Map
 * the filter to the paths that Twilio requests. It accepts only POST; give another one, with
 * [HttpVerifier.withAllowedMethods], to the mapping of a route for GET. Why requests are rejected is in the log
 * (`dev.twimlrefer.servlet`), at most one line per second.
 *
 * A filter before this one may have read the form.
 */
public class TwilioFilter(private val verifier: HttpVerifier) : Filter {
    /**
     * Makes a filter for POST.
     *
     * @throws dev.twimlrefer.SignatureException the validator has no public base.
     */
    public constructor(validator: RequestValidator) : this(HttpVerifier(validator))

    override fun doFilter(request: ServletRequest, response: ServletResponse, chain: FilterChain) {
        Exchange(request as HttpServletRequest, response as HttpServletResponse, chain).run()
    }

    private inner class Exchange(
        private val request: HttpServletRequest,
        private val response: HttpServletResponse,
        private val chain: FilterChain,
    ) {
        /** The request of the container: other filters may have changed method, path and headers. */
        private val received = received(request)
        private val query = received.queryString?.let { "?$it" }.orEmpty()
        private val target = received.requestURI + query
        private val headers = Collections.list(received.headerNames).associateWith {
            Collections.list(received.getHeaders(it))
        }

        fun run() {
            val head = verifier.checkHead(received.method, headers)
            if (head.status != HttpServletResponse.SC_OK) {
                return reject(head) { verifier.diagnose(received.method, target, headers, NO_BODY) }
            }
            // Verified by another filter, or before it was forwarded.
            if (request.getAttribute(ATTRIBUTE) != null) return chain.doFilter(request, response)
            val body = try {
                request.inputStream.readNBytes(verifier.maxBodyBytes.coerceAtMost(Int.MAX_VALUE - 1) + 1)
            } catch (_: IOException) {
                // It breaks off, or its chunks are malformed.
                null
            }
            val params = if (body?.size == 0 && mayHaveBeenRead()) request.parameterMap else null
            val answer = when (params) {
                null -> verifier.verify(received.method, target, headers, body)
                else -> verifier.verifyServletParams(target, headers, params)
            }
            val verified = answer.request ?: return reject(answer) {
                when (params) {
                    null -> verifier.diagnose(received.method, target, headers, body)
                    else -> verifier.diagnoseServletParams(target, headers, params)
                }
            }
            request.setAttribute(ATTRIBUTE, verified)
            val readable =
                if (body == null || body.isEmpty()) request else ReadableRequest(request, body, verified)
            chain.doFilter(readable, response)
        }

        /** Whether a filter before this one may have made the container read the form. */
        private fun mayHaveBeenRead() = received.method == "POST" && received.contentLengthLong != 0L &&
            received.contentType.orEmpty().startsWith(FORM, ignoreCase = true)

        private fun reject(answer: HttpAnswer, diagnose: () -> String) {
            verifier.logLine(diagnose)?.let { LOGGER.log(Level.WARNING, it) }
            answer.allow?.let { response.setHeader("Allow", it) }
            response.status = answer.status
        }
    }

    /** The request that the filter verified. */
    public companion object {
        /** The attribute that holds the [VoiceRequest], for Spring's `@RequestAttribute`. */
        public const val ATTRIBUTE: String = "dev.twimlrefer.VoiceRequest"

        /**
         * Returns the request that the filter verified.
         *
         * @throws IllegalStateException the filter is not mapped to this path.
         */
        @JvmStatic
        public fun voiceRequest(request: ServletRequest): VoiceRequest =
            checkNotNull(request.getAttribute(ATTRIBUTE) as? VoiceRequest) {
                "no TwilioFilter has verified this request: map it to this path"
            }

        private const val FORM = "application/x-www-form-urlencoded"
        private val NO_BODY = ByteArray(0)
        private val LOGGER = System.getLogger("dev.twimlrefer.servlet")

        private tailrec fun received(request: HttpServletRequest): HttpServletRequest {
            val inner = (request as? ServletRequestWrapper)?.request as? HttpServletRequest
            return if (inner == null) request else received(inner)
        }
    }
}

/** The request that [TwilioFilter] verified. Throws as [TwilioFilter.voiceRequest]. */
public val ServletRequest.voiceRequest: VoiceRequest
    @JvmSynthetic get() = TwilioFilter.voiceRequest(this)
