package io.drme.bench.peer;

import io.drme.bench.AcquireWork;
import io.drme.bench.Tally;
import io.drme.time.SystemClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.plc4x.java.api.PlcConnection;
import org.apache.plc4x.java.api.PlcDriverManager;
import org.apache.plc4x.java.api.messages.PlcReadRequest;
import org.apache.plc4x.java.api.messages.PlcReadResponse;
import org.apache.plc4x.java.api.messages.PlcSubscriptionEvent;
import org.jspecify.annotations.Nullable;

/** Apache PLC4X alone: a read request a device and second, or a subscription. */
public final class Plc4xPeer {
    private final Tally tally = new Tally();

    private Plc4xPeer() {}

    /** {@code modbus PORT…} or {@code opcua PORT}; runs until it is killed. */
    public static void main(String... arguments) throws Exception {
        var peer = new Plc4xPeer();
        var ports = AcquireWork.ports(arguments);
        if (arguments[0].equals("modbus")) {
            peer.modbus(ports);
        } else {
            peer.opcUa(ports.getFirst());
        }
        peer.tally.report(new SystemClock(), System.out);
    }

    private void modbus(List<Integer> ports) throws Exception {
        var timer = Executors.newScheduledThreadPool(2);
        long start = 0;
        for (int port : ports) {
            var connection = connect("modbus-tcp://127.0.0.1:%d?unit-identifier=1".formatted(port));
            var builder = connection.readRequestBuilder();
            for (int from = 0; from < AcquireWork.REGISTERS; from += AcquireWork.MOST_REGISTERS) {
                // Counted from 1, as PLC4X does.
                builder.addTagAddress(
                        Integer.toString(from),
                        "holding-register:%d:UINT[%d]"
                                .formatted(from + 1, AcquireWork.MOST_REGISTERS));
            }
            var request = builder.build();
            var _ =
                    timer.scheduleAtFixedRate(
                            () -> read(request), start, 1_000, TimeUnit.MILLISECONDS);
            start += 1_000 / ports.size();
        }
    }

    private static PlcConnection connect(String url) throws Exception {
        return PlcDriverManager.getDefault().getConnectionManager().getConnection(url);
    }

    private void read(PlcReadRequest request) {
        var _ = request.execute().whenComplete(this::answered);
    }

    private void answered(@Nullable PlcReadResponse response, @Nullable Throwable failure) {
        if (response == null || failure != null) {
            tally.failed();
            return;
        }
        for (var name : response.getTagNames()) {
            int address = Integer.parseInt(name);
            for (int value : response.getAllIntegers(name)) {
                tally.add(value == AcquireWork.register(address));
                address++;
            }
        }
    }

    private void opcUa(int port) throws Exception {
        var connection = connect("opcua:tcp://127.0.0.1:%d/bench?discovery=false".formatted(port));
        var builder = connection.subscriptionRequestBuilder();
        for (int node = 0; node < AcquireWork.NODES; node++) {
            builder.addCyclicTagAddress(
                    Integer.toString(node),
                    "ns=2;s=N%d;LINT".formatted(node),
                    Duration.ofMillis(AcquireWork.CHANGE_MILLIS));
        }
        var response = builder.build().execute().get();
        // All handles are of one subscription: a consumer of each would get each event from each.
        var _ = response.getSubscriptionHandles().iterator().next().register(this::changed);
    }

    private void changed(PlcSubscriptionEvent event) {
        for (var name : event.getTagNames()) {
            tally.add(AcquireWork.isOfNode(Integer.parseInt(name), event.getLong(name)));
        }
    }
}
