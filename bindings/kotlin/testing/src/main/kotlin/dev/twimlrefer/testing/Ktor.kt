package dev.twimlrefer.testing

import dev.twimlrefer.SignedRequest
import io.ktor.client.HttpClient
import io.ktor.client.request.header
import io.ktor.client.request.request
import io.ktor.client.request.setBody
import io.ktor.client.statement.HttpResponse
import io.ktor.http.ContentType
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.content.TextContent

/** Makes this request by a client of Ktor, such as that of `testApplication`. */
public suspend fun HttpClient.request(signed: SignedRequest): HttpResponse = request(signed.url) {
    method = HttpMethod.parse(signed.method.name)
    for ((name, value) in signed.headers) {
        // A client takes the type only with the body.
        if (name.equals(HttpHeaders.ContentType, ignoreCase = true)) {
            setBody(TextContent(signed.body, ContentType.parse(value)))
        } else {
            header(name, value)
        }
    }
}
