package dev.twimlrefer.tests

import dev.twimlrefer.HttpVerifier
import dev.twimlrefer.ktor.TwilioVerification
import dev.twimlrefer.ktor.voiceRequest
import dev.twimlrefer.servlet.TwilioFilter
import io.ktor.server.application.install
import io.ktor.server.engine.ApplicationEngine
import io.ktor.server.engine.ApplicationEngineFactory
import io.ktor.server.engine.embeddedServer
import io.ktor.server.request.receive
import io.ktor.server.request.receiveText
import io.ktor.server.response.respondText
import io.ktor.server.routing.route
import io.ktor.server.routing.routing
import jakarta.servlet.DispatcherType
import jakarta.servlet.Filter
import jakarta.servlet.http.HttpServlet
import jakarta.servlet.http.HttpServletRequest
import jakarta.servlet.http.HttpServletResponse
import kotlinx.coroutines.runBlocking
import org.eclipse.jetty.ee10.servlet.ServletContextHandler
import org.eclipse.jetty.server.ServerConnector
import org.springframework.boot.SpringApplication
import java.net.InetSocketAddress
import java.util.EnumSet
import org.eclipse.jetty.server.Server as JettyServer

/** A real server whose app answers each path with what it can read: the request, the parameters, the body. */
interface Server : AutoCloseable {
    val name: String

    /** Serves requests that this verifier accepts while `use` runs, which takes the port. */
    fun <T> serving(verifier: HttpVerifier, use: (Int) -> T): T
}

/** A servlet container, which runs as long as the tests; [readBefore]: a filter before ours has read the form. */
abstract class ServletServer : Server {
    abstract val port: Int
    var readBefore = false

    override fun <T> serving(verifier: HttpVerifier, use: (Int) -> T): T {
        val filter = TwilioFilter(verifier)
        SpringApp.FILTER.set(
            Filter { request, response, chain ->
                if (readBefore) request.getParameter("Digits")
                filter.doFilter(request, response, chain)
            },
        )
        return use(port)
    }
}

class Jetty : ServletServer() {
    override val name = "Jetty 12"
    private val server = JettyServer(InetSocketAddress("127.0.0.1", 0)).apply {
        handler = ServletContextHandler("/").apply {
            val filter =
                Filter { request, response, chain ->
                    SpringApp.FILTER.get().doFilter(request, response, chain)
                }
            addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST))
            addServlet(Echo(), "/*")
        }
        start()
    }
    override val port = (server.connectors.single() as ServerConnector).localPort

    override fun close() = server.stop()

    private class Echo : HttpServlet() {
        override fun service(request: HttpServletRequest, response: HttpServletResponse) =
            SpringApp.echo(request, response)
    }
}

class SpringBoot : ServletServer() {
    override val name = "Spring Boot 3"
    private val context = SpringApplication(SpringApp::class.java)
        .run(
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--spring.main.banner-mode=off",
            "--logging.level.root=error",
        )
    override val port = context.environment.getProperty("local.server.port")!!.toInt()

    override fun close() = context.close()
}

class Ktor<E : ApplicationEngine, C : ApplicationEngine.Configuration>(
    override val name: String,
    private val factory: ApplicationEngineFactory<E, C>,
) : Server {
    override fun <T> serving(verifier: HttpVerifier, use: (Int) -> T): T {
        val server = embeddedServer(factory, port = 0, host = "127.0.0.1") {
            routing {
                route("{...}") {
                    install(TwilioVerification) { this.verifier = verifier }
                    handle {
                        // A body can be received twice.
                        val parameters = call.receive<ByteArray>().decodeToString()
                        call.respondText("${call.voiceRequest.params}\n$parameters\n${call.receiveText()}")
                    }
                }
            }
        }
        server.start()
        try {
            return use(runBlocking { server.engine.resolvedConnectors().first().port })
        } finally {
            server.stop(0, 0)
        }
    }

    override fun close() = Unit
}
