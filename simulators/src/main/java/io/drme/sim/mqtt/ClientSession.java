package io.drme.sim.mqtt;

import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One client: a thread that reads what it sends, and one that sends what it wants. Misbehaves on
 * the wire as its broker is told to.
 */
final class ClientSession {
    /** The largest packet of a client. */
    static final int MAX_PACKET = 512 * 1_024;

    /** The most packets that wait for a slow client; one more, and it is dropped. */
    static final int MAX_WAITING = 10_000;

    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int PUBREL = 6;
    private static final int SUBSCRIBE = 8;
    private static final int UNSUBSCRIBE = 10;
    private static final int PINGREQ = 12;
    private static final int DISCONNECT = 14;

    private static final int VERSION_5 = 5;
    private static final int VERSION_3_1_1 = 4;
    private static final int SUBSCRIPTION_ID = 0x0B;

    private static final int UNSUPPORTED_VERSION = 0x84;
    private static final int BAD_USER_OR_PASSWORD = 0x86;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int TAKEN_OVER = 0x8E;
    private static final int FILTER_INVALID = 0x8F;

    /** The same meanings before version 5. */
    private static final int OLD_UNSUPPORTED_VERSION = 1;

    private static final int OLD_BAD_USER_OR_PASSWORD = 4;
    private static final int OLD_NOT_AUTHORIZED = 5;
    private static final int OLD_FAILURE = 0x80;

    private static final int SHORT_BY = 7;
    private static final int GARBAGE_BYTES = 20;

    /** Stands for the end of the connection; no packet is so short. */
    private static final byte[] LAST = {};

    /**
     * What a client asked for.
     *
     * @param id 0 where it gave none
     */
    private record Subscription(int qos, int id, boolean asPublished) {}

    private final Broker broker;
    private final Socket socket;
    private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final AtomicReference<String> clientId = new AtomicReference<>("");
    private final AtomicBoolean ended = new AtomicBoolean();
    private final SplittableRandom random = new SplittableRandom(1);
    private Optional<Message> will = Optional.empty();
    private int version;
    private int nextPacketId = 1;

    ClientSession(Broker broker, Socket socket) {
        this.broker = broker;
        this.socket = socket;
    }

    boolean isOf(String id) {
        return clientId.get().equals(id);
    }

    // ---- what the client sends

    void read() {
        try {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            for (int first = in.read(); first >= 0; first = in.read()) {
                int length = Wire.length(in);
                if (length > MAX_PACKET) {
                    throw new IOException("a packet of " + length + " bytes");
                }
                var body = in.readNBytes(length);
                if (broker.fault().kind() == FaultKind.RESET) {
                    socket.setSoLinger(true, 0);
                    break;
                }
                if (!handle(first, new Wire.In(body))) {
                    break;
                }
            }
        } catch (IOException _) {
            // It went away, or does not speak MQTT; either way it is over.
        } finally {
            if (ended.get() && version == 0) {
                will = Optional.empty();
            }
            broker.left(this, will);
            end();
        }
    }

    /** Whether the connection goes on. */
    private boolean handle(int first, Wire.In packet) throws IOException {
        int type = first >>> 4;
        if ((version == 0) != (type == CONNECT)) {
            return false;
        }
        switch (type) {
            case CONNECT -> {
                return connect(packet);
            }
            case PUBLISH -> published(first, packet);
            case SUBSCRIBE -> subscribe(packet);
            case UNSUBSCRIBE -> unsubscribe(packet);
            case PUBREL -> send(new Wire.Out().u16(packet.u16()).packet(0x70));
            case PINGREQ -> send(new byte[] {(byte) 0xD0, 0});
            case DISCONNECT -> {
                will = Optional.empty();
                return false;
            }
            default -> {
                // Acknowledgements: nothing is sent again anyway.
            }
        }
        return true;
    }

    private boolean connect(Wire.In packet) throws IOException {
        var name = packet.text();
        int asked = packet.u8();
        if (!name.equals("MQTT") || (asked != VERSION_5 && asked != VERSION_3_1_1)) {
            send(new Wire.Out().u8(0).u8(OLD_UNSUPPORTED_VERSION).packet(0x20));
            send(LAST);
            return true;
        }
        version = asked;
        int flags = packet.u8();
        packet.u16();
        if (isNew()) {
            packet.part();
        }
        var id = packet.text();
        boolean hasWill = (flags & 0x04) != 0;
        if (hasWill) {
            if (isNew()) {
                packet.part();
            }
            var topic = packet.text();
            var payload = packet.raw(packet.u16());
            will = Optional.of(new Message(topic, payload, flags >>> 3 & 3, (flags & 0x20) != 0));
        }
        var user = (flags & 0x80) != 0 ? packet.text() : "";
        var password =
                (flags & 0x40) != 0
                        ? new String(packet.raw(packet.u16()), StandardCharsets.UTF_8)
                        : "";
        int refusal = refusal(user, password);
        if (refusal != 0) {
            will = Optional.empty();
            connack(refusal);
            send(LAST);
            return true;
        }
        clientId.set(id.isEmpty() ? "anonymous-" + socket.getPort() : id);
        broker.entered(this, clientId.get());
        connack(0);
        return true;
    }

    private int refusal(String user, String password) {
        var fault = broker.fault();
        if (fault.kind() == FaultKind.EXCEPTION) {
            return code(fault);
        }
        var rules = broker.rules();
        boolean wrong =
                !rules.user().isEmpty()
                        && !(rules.user().equals(user) && rules.password().equals(password));
        return wrong ? BAD_USER_OR_PASSWORD : 0;
    }

    private static int code(Fault fault) {
        return fault.code() == 0 ? NOT_AUTHORIZED : fault.code();
    }

    private boolean isNew() {
        return version == VERSION_5;
    }

    private void connack(int code) {
        var out = new Wire.Out().u8(0);
        if (isNew()) {
            out.u8(code).variable(0);
        } else {
            int old =
                    switch (code) {
                        case 0 -> 0;
                        case UNSUPPORTED_VERSION -> OLD_UNSUPPORTED_VERSION;
                        case BAD_USER_OR_PASSWORD -> OLD_BAD_USER_OR_PASSWORD;
                        default -> OLD_NOT_AUTHORIZED;
                    };
            out.u8(old);
        }
        send(out.packet(0x20));
    }

    private void published(int first, Wire.In packet) throws IOException {
        int qos = first >>> 1 & 3;
        var topic = packet.text();
        int id = qos > 0 ? packet.u16() : 0;
        if (isNew()) {
            packet.part();
        }
        if (topic.isEmpty() || topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
            throw new IOException("no topic: " + topic);
        }
        broker.pass(new Message(topic, packet.rest(), Math.min(qos, 1), (first & 1) != 0));
        if (qos > 0) {
            send(new Wire.Out().u16(id).packet(qos == 1 ? PUBACK << 4 : 0x50));
        }
    }

    private void subscribe(Wire.In packet) throws IOException {
        int id = packet.u16();
        int subscriptionId = 0;
        if (isNew()) {
            var properties = packet.part();
            while (properties.more()) {
                if (properties.u8() == SUBSCRIPTION_ID) {
                    subscriptionId = properties.variable();
                } else {
                    properties.text(); // a user property: name and value
                    properties.text();
                }
            }
        }
        var answer = new Wire.Out().u16(id);
        if (isNew()) {
            answer.variable(0);
        }
        var wanted = new LinkedHashMap<String, Integer>();
        while (packet.more()) {
            var filter = packet.text();
            int options = packet.u8();
            int refusal = refusal(filter);
            answer.u8(refusal == 0 ? Math.min(options & 3, 1) : isNew() ? refusal : OLD_FAILURE);
            if (refusal == 0) {
                wanted.put(filter, options);
            }
        }
        int subscribedAs = subscriptionId;
        lock.lock();
        try {
            wanted.forEach((filter, options) ->
                    subscriptions.put(
                            filter,
                            new Subscription(
                                    Math.min(options & 3, 1),
                                    subscribedAs,
                                    (options & 0x08) != 0)));
        } finally {
            lock.unlock();
        }
        send(answer.packet(0x90));
        wanted.forEach((filter, options) -> {
            boolean sendsKept = !isNew() || (options >>> 4 & 3) != 2;
            if (sendsKept) {
                broker.kept(filter).forEach(m -> deliver(m, List.of(filter), true));
            }
        });
    }

    private int refusal(String filter) {
        if (!Filters.isValid(filter)) {
            return FILTER_INVALID;
        }
        boolean refused =
                broker.rules().refuse().stream()
                        .anyMatch(r -> r.equals(filter) || Filters.matches(r, filter));
        var own = broker.context().faults().all().get(filter);
        return refused
                ? NOT_AUTHORIZED
                : own != null && own.kind() == FaultKind.EXCEPTION ? code(own) : 0;
    }

    private void unsubscribe(Wire.In packet) throws IOException {
        var answer = new Wire.Out().u16(packet.u16());
        if (isNew()) {
            packet.part();
            answer.variable(0);
        }
        lock.lock();
        try {
            while (packet.more()) {
                boolean had = subscriptions.remove(packet.text()) != null;
                if (isNew()) {
                    answer.u8(had ? 0 : 0x11);
                }
            }
        } finally {
            lock.unlock();
        }
        send(answer.packet(0xB0));
    }

    // ---- what the client wants

    /** Sends a message if the client wants it: once, with the ids of all that match. */
    void offer(Message message, boolean kept) {
        List<String> matching;
        lock.lock();
        try {
            matching =
                    subscriptions.keySet().stream()
                            .filter(f -> Filters.matches(f, message.topic()))
                            .toList();
        } finally {
            lock.unlock();
        }
        if (!matching.isEmpty()) {
            deliver(message, matching, kept);
        }
    }

    private void deliver(Message message, List<String> filters, boolean kept) {
        lock.lock();
        try {
            var wanted =
                    filters.stream()
                            .map(f -> subscriptions.getOrDefault(f, new Subscription(0, 0, false)))
                            .toList();
            int most = wanted.stream().mapToInt(Subscription::qos).max().orElse(0);
            int qos = Math.min(most, message.qos());
            boolean retain =
                    kept
                            || (message.retain()
                                    && wanted.stream().anyMatch(Subscription::asPublished));
            var out = new Wire.Out().text(message.topic());
            if (qos > 0) {
                out.u16(nextPacketId);
                nextPacketId = nextPacketId % 65_535 + 1;
            }
            if (isNew()) {
                var properties = new Wire.Out();
                wanted.stream()
                        .mapToInt(Subscription::id)
                        .filter(id -> id > 0)
                        .forEach(id -> properties.u8(SUBSCRIPTION_ID).variable(id));
                out.variable(properties.bytes().length).raw(properties.bytes());
            }
            send(out.raw(message.payload()).packet(PUBLISH << 4 | qos << 1 | (retain ? 1 : 0)));
        } finally {
            lock.unlock();
        }
    }

    /** Another client with the same id came. */
    void takenOver() {
        if (isNew()) {
            send(new Wire.Out().u8(TAKEN_OVER).variable(0).packet(DISCONNECT << 4));
        }
        send(LAST);
    }

    private void send(byte[] packet) {
        if (!waiting.offer(packet)) {
            end();
        }
    }

    // ---- the wire

    void write() {
        try {
            var out = socket.getOutputStream();
            while (!ended.get()) {
                var packet = waiting.take();
                if (packet.length == 0) {
                    out.flush();
                    socket.shutdownOutput();
                    return;
                }
                write(out, packet);
            }
        } catch (IOException _) {
            // The reader finds out too.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private void write(OutputStream out, byte[] packet) throws IOException, InterruptedException {
        var fault = broker.fault();
        switch (fault.kind()) {
            case SILENT -> {
                // The packet is lost, as behind a cable that was pulled.
            }
            case SLOW -> {
                pause(fault.delay());
                out.write(packet);
            }
            case JITTER -> {
                pause(Duration.ofNanos(random.nextLong(Math.max(1, fault.delay().toNanos()))));
                out.write(packet);
            }
            case RESET -> {
                socket.setSoLinger(true, 0);
                end();
            }
            case EXCEPTION -> refuse(out, packet, fault);
            case GARBAGE -> {
                var garbage = new byte[GARBAGE_BYTES];
                Arrays.fill(garbage, (byte) 0xFF);
                out.write(garbage);
            }
            case DRIP -> {
                for (byte b : packet) {
                    pause(fault.delay());
                    out.write(b);
                }
            }
            case HALF_OPEN -> socket.shutdownOutput();
            case SHORT -> out.write(packet, 0, Math.max(1, packet.length - SHORT_BY));
            default -> out.write(packet);
        }
    }

    /** The answer to a connect goes as it is, as it has the code; an open connection is ended. */
    private void refuse(OutputStream out, byte[] packet, Fault fault) throws IOException {
        boolean answer = (packet[0] & 0xF0) == 0x20;
        if (answer || !isNew()) {
            out.write(packet);
        } else {
            out.write(new Wire.Out().u8(code(fault)).variable(0).packet(DISCONNECT << 4));
        }
        if (!answer) {
            end();
        }
    }

    private void pause(Duration time) throws InterruptedException {
        broker.context().clock().sleep(time);
    }

    /** Ends it now. Never blocks, may be called twice, from any thread. */
    void end() {
        ended.set(true);
        try {
            socket.close();
        } catch (IOException _) {
            // It is closed all the same.
        }
        waiting.clear();
        boolean _ = waiting.offer(LAST);
    }
}
