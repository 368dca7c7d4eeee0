package io.drme.edge.notify;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.drme.config.PemTls;
import io.drme.testing.Certificates;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A web server that takes what is posted, and answers as it is told. */
public final class WebPeer implements AutoCloseable {
    private final HttpServer server;
    private final List<Got> got = new CopyOnWriteArrayList<>();
    private volatile int status = 204;
    private volatile Map<String, String> answers = Map.of();

    /**
     * A request.
     *
     * @param headers their names in lower case
     */
    public record Got(Map<String, String> headers, String body) {
        /** The body as JSON. */
        public JsonObject json() {
            return new JsonObject(body);
        }
    }

    /** One without TLS. */
    public WebPeer() throws IOException {
        this(HttpServer.create(anyPort(), 0));
    }

    /** One with the certificate called {@code web}. */
    public WebPeer(Certificates certificates) throws IOException {
        this(secure(certificates));
    }

    private WebPeer(HttpServer server) {
        this.server = server;
        server.createContext(
                "/",
                exchange -> {
                    var headers = new TreeMap<String, String>();
                    exchange.getRequestHeaders()
                            .forEach((k, v) ->
                                    headers.put(
                                            k.toLowerCase(java.util.Locale.ROOT), v.getFirst()));
                    var body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    int now = status;
                    got.add(new Got(headers, body));
                    answers.forEach((k, v) -> exchange.getResponseHeaders().set(k, v));
                    exchange.sendResponseHeaders(now, -1);
                    exchange.close();
                });
        server.start();
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static HttpServer secure(Certificates certificates) throws IOException {
        var secure = HttpsServer.create(anyPort(), 0);
        secure.setHttpsConfigurator(
                new HttpsConfigurator(
                        PemTls.context(
                                PemTls.TLS_1_3,
                                Optional.empty(),
                                Optional.of(certificates.certificate("web")),
                                Optional.of(certificates.key("web")))));
        return secure;
    }

    /** From now on it answers so. */
    public void answer(int now, Map<String, String> headers) {
        answers = headers;
        status = now;
    }

    /** Where it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** What came. */
    public List<Got> got() {
        return got;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
