package io.drme.testing;

import io.drme.model.GatewayId;
import io.drme.sync.Receiver;
import io.drme.sync.Topics;
import io.drme.sync.Uplink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * The lines between gateways and a centre, on one thread and in virtual time: a seed decides what
 * is lost, delayed, repeated, reordered and damaged, and the world cuts and mends lines.
 */
public final class SimulatedNetwork {

    /**
     * How bad the lines are.
     *
     * @param lost share of messages that never arrive
     * @param repeated share that arrive twice
     * @param damaged share in which a bit flips
     * @param delay the longest way; each message takes its own time, so they overtake each other
     */
    public record Faults(double lost, double repeated, double damaged, Duration delay) {
        /** A good line. */
        public static final Faults NONE = new Faults(0, 0, 0, Duration.ofMillis(5));
    }

    private final Random random;
    private final ManualClock clock;
    private final Map<String, Line> lines = new LinkedHashMap<>();
    private final PriorityQueue<Flying> toCentre = new PriorityQueue<>(Flying.BY_TIME);
    private Faults faults = Faults.NONE;
    private long sent;

    @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
    private record Flying(long atNanos, long order, Line line, byte[] bytes) {
        static final Comparator<Flying> BY_TIME =
                Comparator.comparingLong(Flying::atNanos).thenComparingLong(Flying::order);
    }

    /** Makes a network without lines. */
    public SimulatedNetwork(Random random, ManualClock clock) {
        this.random = random;
        this.clock = clock;
    }

    /** Sets how bad the lines are from now on. */
    public void faults(Faults now) {
        faults = now;
    }

    /**
     * A message that came to the centre.
     *
     * @param line over which, by its name
     * @param gateway whose line that is
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
    public record Arrived(String line, GatewayId gateway, byte[] bytes) {}

    /** The line of a gateway; it begins cut. */
    public Uplink line(GatewayId gateway) {
        return line(gateway.text(), gateway);
    }

    /** A line by its name: two machines that both are one gateway have one each. Begins cut. */
    public Uplink line(String name, GatewayId gateway) {
        return lines.computeIfAbsent(name, _ -> new Line(name, gateway));
    }

    private Line known(String name) {
        var line = lines.get(name);
        if (line == null) {
            throw new IllegalStateException("there is no line " + name);
        }
        return line;
    }

    /** Mends a line, or leaves it as it is. */
    public void mend(GatewayId gateway) {
        mend(gateway.text());
    }

    /** Mends a line, or leaves it as it is. */
    public void mend(String name) {
        var line = known(name);
        line.deaf = false;
        if (line.connection == 0) {
            line.connection = ++line.connections;
        }
    }

    /**
     * Cuts a line. What is under way down is lost; of what is under way up, some was in the buffers
     * of the other side and arrives later all the same, as from a connection that was just closed.
     */
    public void cut(GatewayId gateway) {
        cut(gateway.text());
    }

    /** Cuts a line, as above. */
    public void cut(String name) {
        var line = known(name);
        line.connection = 0;
        line.down.clear();
        toCentre.removeIf(f -> f.line() == line && random.nextInt(4) > 0);
    }

    /**
     * Leaves a line half open: the gateway takes it for whole, and nothing passes either way until
     * it is mended.
     */
    public void halfOpen(String name) {
        known(name).deaf = true;
    }

    /** Sends down; lost where the line is cut. */
    public void down(GatewayId gateway, byte[] bytes) {
        down(gateway.text(), bytes);
    }

    /** Sends down a line; lost where it is cut. */
    public void down(String name, byte[] bytes) {
        var line = known(name);
        if (line.connection != 0) {
            fly(line.down, line, bytes);
        }
    }

    /** Loses all that is on its way to the centre, as when its process ends. */
    public void discard() {
        toCentre.clear();
    }

    /** What has arrived at the centre by now, at most so many messages. */
    public List<Receiver.Arrival> arrived(int most) {
        return take(most).stream()
                .map(a -> new Receiver.Arrival(a.gateway(), a.bytes(), clock.nanoTime()))
                .toList();
    }

    /** What has arrived at the centre by now and over which line, at most so many messages. */
    public List<Arrived> take(int most) {
        var arrived = new ArrayList<Arrived>();
        while (arrived.size() < most && isDue(toCentre)) {
            var flying = toCentre.remove();
            var line = flying.line();
            arrived.add(new Arrived(line.name, line.gateway, flying.bytes()));
        }
        return arrived;
    }

    private boolean isDue(PriorityQueue<Flying> queue) {
        var next = queue.peek();
        return next != null && next.atNanos() <= clock.nanoTime();
    }

    private void fly(PriorityQueue<Flying> queue, Line line, byte[] bytes) {
        if (line.deaf || random.nextDouble() < faults.lost()) {
            return;
        }
        int copies = random.nextDouble() < faults.repeated() ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long delay = (long) (random.nextDouble() * faults.delay().toNanos());
            var copy = bytes.clone();
            if (random.nextDouble() < faults.damaged()) {
                copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
            }
            queue.add(new Flying(clock.nanoTime() + delay, sent++, line, copy));
        }
    }

    private final class Line implements Uplink {
        private final String name;
        private final GatewayId gateway;
        private final PriorityQueue<Flying> down = new PriorityQueue<>(Flying.BY_TIME);
        private long connections;
        private long connection;
        private boolean deaf;

        Line(String name, GatewayId gateway) {
            this.name = name;
            this.gateway = gateway;
        }

        @Override
        public long connection() {
            return connection;
        }

        @Override
        public boolean send(Topics.Channel channel, byte[] message) {
            if (connection == 0) {
                return false;
            }
            fly(toCentre, this, message);
            return true;
        }

        @Override
        public Optional<byte[]> poll() {
            return isDue(down) ? Optional.of(down.remove().bytes()) : Optional.empty();
        }

        @Override
        public void reconnect(String why) {
            boolean wasDeaf = deaf;
            cut(name);
            mend(name);
            deaf = wasDeaf;
        }
    }
}
