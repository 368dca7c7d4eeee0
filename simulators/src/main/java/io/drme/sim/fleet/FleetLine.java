package io.drme.sim.fleet;

import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.Topics;
import io.drme.sync.Topics.Channel;
import io.drme.sync.Uplink;
import io.drme.time.Clock;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A gateway's line: two MQTT connections, which count only while both stand, made anew with a
 * growing pause. Confined to its event loop.
 */
final class FleetLine implements Uplink {
    private static final int INBOX_MESSAGES = 1_024;
    private static final int URGENT_UNDER_WAY = 128;
    private static final int BULK_UNDER_WAY = 64;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration MOST_PAUSE = Duration.ofSeconds(30);
    private static final Duration UP_WITHIN = Duration.ofSeconds(15);
    private static final long QUOTA_RETRY_MILLIS = 1_000;

    /** Where in a message its type stands, and that of a refusal. */
    private static final int TYPE_AT = 3;

    private static final byte REFUSAL = 35;

    private final GatewayId gateway;
    private final EventLoop loop;
    private final FleetOptions options;
    private final Optional<SslContext> tls;
    private final long instance;
    private final Clock clock;
    private final RandomGenerator random;
    private final FleetCounts counts;
    private final Runnable wake;
    private final ArrayDeque<byte[]> inbox = new ArrayDeque<>();
    private final Map<Channel, MqttChannel> channels = new EnumMap<>(Channel.class);
    private final Set<Channel> standing = EnumSet.noneOf(Channel.class);
    private long connections;
    private boolean up;
    private boolean isCut;
    private long begunNanos;
    private long nextTryNanos;
    private int failures;

    FleetLine(
            GatewayId gateway,
            EventLoop loop,
            FleetOptions options,
            Optional<SslContext> tls,
            long instance,
            RandomGenerator random,
            FleetCounts counts,
            Runnable wake) {
        this.gateway = gateway;
        this.loop = loop;
        this.options = options;
        this.tls = tls;
        this.instance = instance;
        this.clock = options.clock();
        this.random = random;
        this.counts = counts;
        this.wake = wake;
        this.nextTryNanos = clock.nanoTime();
    }

    /** Makes connections where that is due. */
    void step() {
        long now = clock.nanoTime();
        if (isCut) {
            return;
        }
        if (channels.isEmpty()) {
            if (now - nextTryNanos >= 0) {
                begin(now);
            }
        } else if (!up && now - begunNanos > UP_WITHIN.toNanos()) {
            giveUp("not connected within " + UP_WITHIN.toSeconds() + " s");
        }
    }

    /** When it has something to do by itself. */
    long dueNanos() {
        if (up || isCut) {
            return clock.nanoTime() + UP_WITHIN.toNanos();
        }
        return channels.isEmpty() ? nextTryNanos : begunNanos + UP_WITHIN.toNanos();
    }

    private void begin(long now) {
        begunNanos = now;
        for (var channel : Channel.values()) {
            boolean urgent = channel == Channel.URGENT;
            channels.put(
                    channel,
                    new MqttChannel(
                            loop,
                            new MqttChannel.Target(
                                    options.host(),
                                    options.port(),
                                    tls,
                                    Topics.clientId(gateway, channel, instance)),
                            urgent ? Optional.of(Topics.down(gateway)) : Optional.empty(),
                            urgent ? URGENT_UNDER_WAY : BULK_UNDER_WAY,
                            new Ear(channel, now)));
        }
        channels.values().forEach(MqttChannel::connect);
    }

    /** Hears one connection; what an old one says is of no interest. */
    private final class Ear implements MqttChannel.Listener {
        private final Channel channel;
        private final long ofNanos;

        Ear(Channel channel, long ofNanos) {
            this.channel = channel;
            this.ofNanos = ofNanos;
        }

        private boolean isOld() {
            return ofNanos != begunNanos || channels.isEmpty();
        }

        @Override
        public void up() {
            if (isOld()) {
                return;
            }
            standing.add(channel);
            if (standing.size() == Channel.values().length) {
                up = true;
                failures = 0;
                connections++;
                inbox.clear();
                counts.connected(1);
                wake.run();
            }
        }

        @Override
        public void down(String why) {
            if (!isOld()) {
                giveUp(why);
            }
        }

        @Override
        public void arrived(byte[] message) {
            if (!isOld() && inbox.size() < INBOX_MESSAGES) {
                note(message);
                inbox.add(message);
                wake.run();
            }
        }

        @Override
        public void acknowledged(boolean quota, byte[] message) {
            if (quota
                    && MessageCodec.decode(message)
                            instanceof
                            MessageCodec.Whole(Message.Delivery(long session, var item))) {
                arrived(quotaRefusal(session, item.stream(), item.sequence()));
            }
            wake.run();
        }
    }

    private static byte[] quotaRefusal(long session, StreamKind stream, long sequence) {
        return MessageCodec.encode(
                new Message.Refusal(
                        session,
                        Message.Cause.QUOTA,
                        stream,
                        sequence,
                        QUOTA_RETRY_MILLIS,
                        "the centre's queue is full"));
    }

    private void note(byte[] message) {
        if (message.length > TYPE_AT
                && message[TYPE_AT] == REFUSAL
                && MessageCodec.decode(message) instanceof MessageCodec.Whole(Message m)
                && m instanceof Message.Refusal refusal) {
            counts.refused(refusal.cause());
        }
    }

    private void giveUp(String why) {
        counts.failedConnection(why);
        end(MqttChannel::cut);
        long step =
                Math.min(FIRST_PAUSE.toNanos() << Math.min(failures++, 10), MOST_PAUSE.toNanos());
        nextTryNanos = clock.nanoTime() + step / 2 + random.nextLong(step / 2 + 1);
        wake.run();
    }

    private void end(Consumer<MqttChannel> how) {
        if (up) {
            counts.connected(-1);
        }
        up = false;
        standing.clear();
        var before = Map.copyOf(channels);
        channels.clear();
        before.values().forEach(how);
    }

    /** Cuts the line, or mends it. */
    void cut(boolean now) {
        isCut = now;
        if (now) {
            end(MqttChannel::cut);
        } else {
            nextTryNanos = clock.nanoTime();
            failures = 0;
        }
    }

    /** Ends it in order, for good. */
    void close() {
        isCut = true;
        end(MqttChannel::end);
    }

    @Override
    public long connection() {
        return up ? connections : 0;
    }

    @Override
    public boolean send(Channel channel, byte[] message) {
        var link = channels.get(channel);
        boolean sent = up && link != null && link.publish(Topics.up(gateway, channel), message);
        if (sent) {
            counts.sent(channel == Channel.BULK, message.length);
        }
        return sent;
    }

    @Override
    public Optional<byte[]> poll() {
        return Optional.ofNullable(inbox.poll());
    }

    @Override
    public void reconnect(String why) {
        if (up) {
            giveUp(why);
        }
    }
}
