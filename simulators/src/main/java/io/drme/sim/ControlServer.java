package io.drme.sim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.drme.sim.FaultRequest.BadRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The control API of a running scenario and a small page over it, for tests and for people at the
 * same machine: it listens on the loopback address only and asks for no token. What was meant for
 * another host name is refused, so that no page of the internet reaches it through a browser.
 *
 * <p>{@code GET /api/v1/devices} lists the devices and where they listen, {@code GET
 * /api/v1/faults} what goes wrong now, {@code PUT /api/v1/faults/{device}} changes that. Errors are
 * {@code application/problem+json}.
 */
public final class ControlServer implements AutoCloseable {
    /** The largest body that is read, in bytes. */
    static final int MAX_BODY_BYTES = 4096;

    private static final JsonFactory JSON = new JsonFactory();
    private static final String FAULTS = "/api/v1/faults";
    private static final String DEVICES = "/api/v1/devices";
    private static final Pattern OUR_NAMES =
            Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:[0-9]{1,5})?");

    /** A file of the page. */
    private record Asset(String file, String type) {}

    private static final Map<String, Asset> PAGE =
            Map.of(
                    "/", new Asset("index.html", "text/html; charset=utf-8"),
                    "/control.css", new Asset("control.css", "text/css; charset=utf-8"),
                    "/control.js", new Asset("control.js", "text/javascript; charset=utf-8"));

    private final Plant plant;
    private final HttpServer server;
    private final ExecutorService threads;

    private ControlServer(Plant plant, HttpServer server) {
        this.plant = plant;
        this.server = server;
        this.threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("control-", 0).factory());
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /**
     * Starts to listen.
     *
     * @param port 0 takes a free one
     * @throws IOException when the port can't be had; its message says what to do
     */
    public static ControlServer start(Plant plant, int port) throws IOException {
        var address = Listen.loopback(port);
        try {
            var control = new ControlServer(plant, HttpServer.create(address, 0));
            control.server.start();
            return control;
        } catch (IOException e) {
            throw new IOException("control API: " + Ports.explained(address, e).getMessage(), e);
        }
    }

    /** Where it really listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            var method = exchange.getRequestMethod();
            if (!isOurs(exchange.getRequestHeaders().getFirst("Host"))) {
                problem(
                        exchange,
                        403,
                        "this is for the same machine only; ask http://127.0.0.1:%d"
                                .formatted(address().getPort()));
            } else if (method.equals("GET") && PAGE.containsKey(path)) {
                page(exchange, PAGE.get(path));
            } else if (method.equals("GET") && path.equals(DEVICES)) {
                send(exchange, 200, "application/json", devices());
            } else if (method.equals("GET") && path.equals(FAULTS)) {
                send(exchange, 200, "application/json", faults());
            } else if (method.equals("PUT") && path.startsWith(FAULTS + "/")) {
                put(exchange, path.substring(FAULTS.length() + 1));
            } else {
                problem(
                        exchange,
                        404,
                        "no %s %s; there are GET / (a page), GET %s, GET %s and PUT %s/{device}"
                                .formatted(method, path, DEVICES, FAULTS, FAULTS));
            }
        }
    }

    private static boolean isOurs(@Nullable String host) {
        return host == null || OUR_NAMES.matcher(host).matches();
    }

    private static void page(HttpExchange exchange, Asset asset) throws IOException {
        try (var in = ControlServer.class.getResourceAsStream("control/" + asset.file())) {
            var bytes = Objects.requireNonNull(in, asset.file()).readAllBytes();
            exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'self'");
            send(exchange, 200, asset.type(), bytes);
        }
    }

    private void put(HttpExchange exchange, String device) throws IOException {
        var member = plant.member(device);
        if (member.isEmpty()) {
            problem(
                    exchange,
                    404,
                    "no device '%s'; there are: %s"
                            .formatted(
                                    device,
                                    plant.members().stream()
                                            .map(Plant.Member::name)
                                            .collect(Collectors.joining(", "))));
            return;
        }
        try {
            var request = FaultRequest.read(limited(exchange.getRequestBody()));
            var m = member.get();
            FaultRequest.check(
                    m.name(), m.protocol(), m.device(), request.fault().kind(), request.unit());
            member.get().faults().set(request.unit(), request.fault(), request.time());
            send(exchange, 200, "application/json", faults());
        } catch (BadRequest e) {
            problem(exchange, 400, e.getMessage() == null ? "bad request" : e.getMessage());
        }
    }

    private static InputStream limited(InputStream body) throws IOException, BadRequest {
        var bytes = body.readNBytes(MAX_BODY_BYTES + 1);
        if (bytes.length > MAX_BODY_BYTES) {
            throw new BadRequest(
                    "the body has more than %d bytes; a fault needs far fewer"
                            .formatted(MAX_BODY_BYTES));
        }
        return new ByteArrayInputStream(bytes);
    }

    private byte[] devices() throws IOException {
        return json(out -> {
            for (var member : plant.members()) {
                out.writeStartObject();
                out.writeStringField("device", member.name());
                out.writeStringField("protocol", member.protocol());
                out.writeStringField("listen", member.device().listening());
                out.writeNumberField("port", member.device().address().getPort());
                out.writeArrayFieldStart("units");
                for (var unit : member.device().units()) {
                    out.writeString(unit);
                }
                out.writeEndArray();
                out.writeArrayFieldStart("faults");
                for (var kind : member.device().faultKinds().stream().sorted().toList()) {
                    out.writeString(kind.text());
                }
                out.writeEndArray();
                out.writeEndObject();
            }
        });
    }

    private byte[] faults() throws IOException {
        return json(out -> {
            for (var member : plant.members()) {
                for (var entry : member.faults().all().entrySet()) {
                    out.writeStartObject();
                    out.writeStringField("device", member.name());
                    out.writeStringField("unit", entry.getKey());
                    out.writeStringField("fault", entry.getValue().kind().text());
                    out.writeEndObject();
                }
            }
        });
    }

    private interface Items {
        void write(JsonGenerator out) throws IOException;
    }

    private static byte[] json(Items items) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeArrayFieldStart("items");
            items.write(out);
            out.writeEndArray();
            out.writeNullField("next");
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void problem(HttpExchange exchange, int status, String detail)
            throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeNumberField("status", status);
            out.writeStringField(
                    "title",
                    switch (status) {
                        case 403 -> "Forbidden";
                        case 404 -> "Not found";
                        default -> "Bad request";
                    });
            out.writeStringField("detail", detail);
            out.writeEndObject();
        }
        send(exchange, status, "application/problem+json", bytes.toByteArray());
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
