package io.drme.bench;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;

import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.sdk.client.subscriptions.OpcUaMonitoredItem;
import org.eclipse.milo.opcua.sdk.client.subscriptions.OpcUaSubscription;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;

/**
 * What no driver can undercut: for Modbus a loop over bare sockets with requests that were made
 * before; for OPC UA the library alone, as its protocol is too much for a bare socket.
 */
final class AcquireFloor {
    private static final int HEADER = 9;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Clock clock = new SystemClock();
    private final Tally tally = new Tally();

    private AcquireFloor() {}

    /** {@code modbus PORT…} or {@code opcua PORT}; runs until it is killed. */
    public static void main(String... arguments) throws Exception {
        var floor = new AcquireFloor();
        var ports = AcquireWork.ports(arguments);
        if (arguments[0].equals("modbus")) {
            floor.modbus(ports);
        } else {
            floor.opcUa(ports.getFirst());
        }
        floor.tally.report(floor.clock, System.out);
    }

    private void modbus(List<Integer> ports) throws IOException {
        var sockets = new ArrayList<Socket>();
        for (int port : ports) {
            var socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            sockets.add(socket);
        }
        Thread.ofPlatform().daemon().start(() -> poll(sockets));
    }

    private void poll(List<Socket> sockets) {
        var pause = SECOND.dividedBy(sockets.size());
        var answer = new byte[HEADER + 2 * AcquireWork.MOST_REGISTERS];
        try {
            long next = clock.nanoTime();
            while (true) {
                for (var socket : sockets) {
                    poll(socket, answer);
                    next += pause.toNanos();
                    clock.sleep(Duration.ofNanos(Math.max(0, next - clock.nanoTime())));
                }
            }
        } catch (IOException e) {
            tally.failed();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll(Socket socket, byte[] answer) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        for (int from = 0; from < AcquireWork.REGISTERS; from += AcquireWork.MOST_REGISTERS) {
            socket.getOutputStream()
                    .write(
                            new byte[] {
                                0,
                                1,
                                0,
                                0,
                                0,
                                6,
                                1,
                                3,
                                (byte) (from >> 8),
                                (byte) from,
                                0,
                                AcquireWork.MOST_REGISTERS
                            });
            in.readFully(answer);
            for (int i = 0; i < AcquireWork.MOST_REGISTERS; i++) {
                int at = HEADER + 2 * i;
                int value = ((answer[at] & 0xFF) << 8) | (answer[at + 1] & 0xFF);
                tally.add(value == AcquireWork.register(from + i));
            }
        }
    }

    private void opcUa(int port) throws Exception {
        var client = OpcUaClient.create("opc.tcp://127.0.0.1:%d/bench".formatted(port));
        client.connect();
        var index = Objects.requireNonNull(client.readNamespaceTable().getIndex("urn:drme:bench"));
        var subscription = new OpcUaSubscription(client, (double) AcquireWork.CHANGE_MILLIS);
        subscription.setSubscriptionListener(
                new OpcUaSubscription.SubscriptionListener() {
                    @Override
                    public void onDataReceived(
                            OpcUaSubscription from,
                            List<OpcUaMonitoredItem> items,
                            List<DataValue> values) {
                        for (int i = 0; i < items.size(); i++) {
                            int node = (Integer) items.get(i).getUserObject().orElseThrow();
                            tally.add(
                                    values.get(i).value().value() instanceof Long value
                                            && AcquireWork.isOfNode(node, value));
                        }
                    }
                });
        subscription.create();
        for (int node = 0; node < AcquireWork.NODES; node++) {
            var item = OpcUaMonitoredItem.newDataItem(new NodeId(index, "N" + node));
            item.setSamplingInterval((double) AcquireWork.CHANGE_MILLIS);
            item.setQueueSize(uint(10));
            item.setUserObject(node);
            subscription.addMonitoredItem(item);
        }
        subscription.createMonitoredItems();
    }
}
