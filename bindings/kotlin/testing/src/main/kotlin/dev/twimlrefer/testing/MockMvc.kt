@file:JvmName("MockMvcRequests")

package dev.twimlrefer.testing

import dev.twimlrefer.SignedRequest
import org.springframework.http.HttpMethod
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders
import java.net.URI

/** Returns the request for Spring's `MockMvc.perform`. */
public fun SignedRequest.toMockMvc(): MockHttpServletRequestBuilder {
    val request = MockMvcRequestBuilders.request(HttpMethod.valueOf(method.name), URI.create(url))
        .content(body)
    headers.forEach { (name, value) -> request.header(name, value) }
    return request
}
