package io.drme.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** The floor of {@code footprint}: the least a JVM with a page can be, the JDK's own server. */
final class FloorServer {
    private static final byte[] ANSWER = "up\n".getBytes(StandardCharsets.UTF_8);

    private FloorServer() {}

    /** Serves at a port of loopback until the process is ended. */
    public static void main(String[] arguments) throws IOException {
        var address =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        var server = HttpServer.create(address, 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, ANSWER.length);
                    exchange.getResponseBody().write(ANSWER);
                    exchange.close();
                });
        server.start();
    }
}
