@file:JvmName("HttpRequests")

package dev.twimlrefer.testing

import dev.twimlrefer.SignedRequest
import java.net.URI
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers

/**
 * Returns the request for `java.net.http`.
 *
 * @param origin where the app under test is, as `http://127.0.0.1:8080`: goes before the URL of the signed request,
 * which is then a request target.
 */
public fun SignedRequest.toHttpRequest(origin: String): HttpRequest {
    val request = HttpRequest.newBuilder(URI.create(origin + url))
        .method(method.name, BodyPublishers.ofString(body))
    headers.forEach { (name, value) -> request.header(name, value) }
    return request.build()
}
