package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.TestDevice;
import io.drme.model.Reason;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drme-agent probe}: how far a connection to a device comes, step by step. */
@Command(
        name = "probe",
        description = {
            "Connects to a device step by step: name, TCP, the protocol's own connection, the unit, a first value.",
            "At the first step that fails it says what to do, and ends with 1."
        },
        footer = {
            "  drme-agent probe tcp://10.0.4.17:502 --unit-id 3",
            "  drme-agent probe tcp://10.0.4.17:502 --address input:7",
            "  drme-agent probe 'rtu:///dev/ttyUSB0?baud=9600&parity=none' --unit-id 3",
            "  drme-agent probe rtu-tcp://10.0.4.30:4001 --unit-id 3",
            "  drme-agent probe mqtts://10.0.4.40:8883 --ca ca.pem --user drme --password-file secret",
            "  drme-agent probe opc.tcp://10.0.4.20:4840 --policy basic256sha256 --data /var/lib/drme"
        })
final class ProbeCommand extends DeviceCommands {
    private static final String OK = "ok";

    /** Devices with one connection need a moment to be rid of the one of the step before. */
    private static final Duration AGAIN_AFTER = Duration.ofMillis(500);

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "What to read as a first value; default: what nearly every device has.")
    private @Nullable String address;

    @Option(names = "--type", paramLabel = "T", description = "The type at --address.")
    private @Nullable String type;

    private final JsonArray steps = new JsonArray();

    /** Whether a connection of ours, the one that was tried first, may still count. */
    private boolean tcpWasGood;

    /** Whether no value need come without an address. */
    private boolean answersByConnecting;

    /** The address that is read. */
    private String asked = "";

    @Override
    int run(Path directory) throws InvalidConfigException, CommandException, InterruptedException {
        var factory = factory();
        var device = device(factory, directory);
        var tags = tags(commissioning(factory), device);
        answersByConnecting = commissioning(factory).answersByConnecting();
        asked = tags.getFirst().getOrDefault("address", "");
        var spec = device.spec(tags);
        boolean good = network(device) && protocol(device, spec);
        new Listing("step", "result", "detail").print(steps, format(), out());
        var note = sharing();
        if (!note.isEmpty()) {
            err().println(note.strip());
        }
        return good ? 0 : 1;
    }

    /** What is read; the first good value counts. */
    private List<Map<String, String>> tags(Commissioning commissioning, TestDevice device)
            throws InvalidConfigException {
        if (address == null) {
            return List.of(commissioning.firstTag(device));
        }
        return type == null
                ? commissioning.firstTags(device, address)
                : List.of(Map.of("address", address, "type", type));
    }

    private boolean step(String name, boolean good, String detail) {
        steps.add(
                new JsonObject()
                        .put("step", name)
                        .put("result", good ? OK : "failed")
                        .put("detail", detail));
        return good;
    }

    /** Name and TCP, where the URL leads to a host. */
    private boolean network(TestDevice device) {
        URI uri;
        try {
            uri = URI.create(url());
        } catch (IllegalArgumentException _) {
            return true; // a form of the driver's own, which it has found good
        }
        var host = uri.getHost();
        if (host == null) {
            return true;
        }
        try {
            var found = InetAddress.getByName(host);
            step("name", true, "%s is %s".formatted(host, found.getHostAddress()));
            return uri.getPort() < 0 || tcp(device, found, uri.getPort());
        } catch (UnknownHostException _) {
            return step(
                    "name",
                    false,
                    "no address is known for '%s'; check the spelling and the name server, or use the number"
                            .formatted(host));
        }
    }

    private boolean tcp(TestDevice device, InetAddress host, int port) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(host, port),
                    Math.toIntExact(device.access().timeout().toMillis()));
            tcpWasGood = true;
            return step("tcp", true, "port %d takes connections".formatted(port));
        } catch (SocketTimeoutException _) {
            return step(
                    "tcp",
                    false,
                    "port %d gave no answer within %d ms; check power, cable, address, and firewalls between"
                            .formatted(port, device.access().timeout().toMillis()));
        } catch (IOException e) {
            return step(
                    "tcp",
                    false,
                    "port %d takes no connection: %s; check the port, and that the device's server is switched on"
                            .formatted(port, e.getMessage()));
        }
    }

    private void connect(TestDevice device, TestDevice.Session session)
            throws DriverException, InterruptedException {
        try {
            session.connect();
        } catch (DriverException.Unreachable e) {
            again(device, session, e);
        }
    }

    private List<TestDevice.Sample> read(TestDevice device, TestDevice.Session session)
            throws DriverException, InterruptedException {
        try {
            return session.read();
        } catch (DriverException.Unreachable e) {
            if (e.reason() == Reason.TIMEOUT) {
                throw e; // it kept the connection, and says nothing
            }
            again(device, session, e);
            return session.read();
        }
    }

    /** Connects once more where a connection of ours was there before, and may still be. */
    private void again(TestDevice device, TestDevice.Session session, DriverException.Unreachable e)
            throws DriverException, InterruptedException {
        if (!tcpWasGood) {
            throw e;
        }
        tcpWasGood = false;
        device.access().clock().sleep(AGAIN_AFTER);
        session.connect();
    }

    private boolean protocol(TestDevice device, DeviceSpec spec) throws InterruptedException {
        var step = "connect";
        try (var session = device.open(spec)) {
            connect(device, session);
            step(step, true, "the device takes a connection of " + spec.driver());
            step = "answer";
            var samples = read(device, session);
            if (samples.isEmpty() && address == null && answersByConnecting) {
                return step(step, true, "the device let us in; what others give it, it passes on");
            }
            if (samples.isEmpty()) {
                return step(step, false, "no value of %s came; check the address".formatted(asked));
            }
            var sample =
                    samples.stream()
                            .filter(TestDevice.Sample::good)
                            .findFirst()
                            .orElse(samples.getFirst());
            step(step, true, "the device answers");
            return step(
                    "first value",
                    sample.good() || address == null,
                    sample.good()
                            ? "%s is %s".formatted(asked, sample.shown())
                            : "%s is refused (%s), which is an answer too; give --address of a tag that it has"
                                    .formatted(asked, sample.shown()));
        } catch (DriverException e) {
            return step(step, false, e.getMessage());
        }
    }
}
