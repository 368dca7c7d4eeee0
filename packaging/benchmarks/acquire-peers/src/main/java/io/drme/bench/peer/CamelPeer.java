package io.drme.bench.peer;

import io.drme.bench.AcquireWork;
import io.drme.bench.Tally;
import io.drme.time.SystemClock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;

/**
 * Apache Camel: a timer and a poll of {@code camel-plc4x} a device, or a consumer of {@code
 * camel-milo} a node, which share their connection.
 */
public final class CamelPeer extends RouteBuilder {
    /** How long a poll may take, in milliseconds. */
    private static final int LIMIT = 900;

    private final Tally tally = new Tally();
    private final boolean isModbus;
    private final List<Integer> ports;

    private CamelPeer(boolean isModbus, List<Integer> ports) {
        this.isModbus = isModbus;
        this.ports = ports;
    }

    /** {@code modbus PORT…} or {@code opcua PORT}; runs until it is killed. */
    public static void main(String... arguments) throws Exception {
        var peer = new CamelPeer(arguments[0].equals("modbus"), AcquireWork.ports(arguments));
        try (var camel = new DefaultCamelContext()) {
            camel.addRoutes(peer);
            camel.start();
            peer.tally.report(new SystemClock(), System.out);
        }
    }

    @Override
    public void configure() {
        if (isModbus) {
            for (int port : ports) {
                modbus(port);
            }
        } else {
            for (int node = 0; node < AcquireWork.NODES; node++) {
                opcUa(ports.getFirst(), node);
            }
        }
    }

    private void modbus(int port) {
        var tags =
                IntStream.range(0, AcquireWork.REGISTERS)
                        .mapToObj(i -> "tag.%d=RAW(holding-register:%d:UINT)".formatted(i, i + 1))
                        .collect(Collectors.joining("&"));
        from("timer:%d?period=1000".formatted(port))
                .pollEnrich("plc4x:modbus-tcp://127.0.0.1:%d?%s".formatted(port, tags), LIMIT)
                .process(exchange -> {
                    Map<?, ?> values = exchange.getMessage().getBody(Map.class);
                    if (values == null) {
                        tally.failed();
                        return;
                    }
                    values.forEach((tag, value) ->
                            tally.add(
                                    value instanceof Number number
                                            && number.intValue()
                                                    == AcquireWork.register(
                                                            Integer.parseInt((String) tag))));
                });
    }

    private void opcUa(int port, int node) {
        from("milo-client:opc.tcp://127.0.0.1:%d/bench?node=RAW(nsu=urn:drme:bench;s=N%d)&samplingInterval=%d&requestedPublishingInterval=%d"
                        .formatted(
                                port, node, AcquireWork.CHANGE_MILLIS, AcquireWork.CHANGE_MILLIS))
                .process(exchange -> {
                    var value = exchange.getMessage().getBody(DataValue.class);
                    tally.add(
                            value != null
                                    && value.value().value() instanceof Long number
                                    && AcquireWork.isOfNode(node, number));
                });
    }
}
