package io.drme.sync;

import io.drme.model.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the head of each message. The type codes go on the wire: never reuse one. */
final class MessageEncoder {
    static final int HELLO = 1;
    static final int DELIVERY = 2;
    static final int LIVE = 3;
    static final int STATUS = 4;
    static final int HASH_QUERY = 5;
    static final int WELCOME = 33;
    static final int RECEIPT = 34;
    static final int REFUSAL = 35;
    static final int GRANT = 36;
    static final int COMMAND = 37;
    static final int HASH_ANSWER = 38;

    /** Waits are told in microseconds. */
    static final long NANOS_PER_MICRO = 1_000;

    private MessageEncoder() {}

    /** Writes the head and gives the type. */
    static int head(Message message, WireWriter out) {
        return switch (message) {
            case Message.Up up -> up(up, out);
            case Message.Down down -> down(down, out);
        };
    }

    private static int up(Message.Up message, WireWriter out) {
        return switch (message) {
            case Message.Hello hello -> hello(hello, out);
            case Message.Delivery(long _, Item item) -> delivery(item, out);
            case Message.Live live -> live(live, out);
            case Message.Status status -> status(status, out);
            case Message.HashQuery query -> {
                out.epoch(query.epoch()).u8(query.stream().code());
                out.count(query.from()).count(query.to());
                yield HASH_QUERY;
            }
        };
    }

    private static int down(Message.Down message, WireWriter out) {
        return switch (message) {
            case Message.Welcome welcome -> welcome(welcome, out);
            case Message.Receipt receipt -> receipt(receipt, out);
            case Message.Refusal refusal -> {
                out.u8(refusal.cause().code()).u8(refusal.stream().code());
                out.count(refusal.sequence()).count(refusal.retryAfterMillis());
                out.text(refusal.detail());
                yield REFUSAL;
            }
            case Message.Grant(long _, Message.Window window) -> {
                window(window, out);
                yield GRANT;
            }
            case Message.Command command -> command(command, out);
            case Message.HashAnswer answer -> {
                out.u8(answer.stream().code()).count(answer.from()).count(answer.to());
                out.size(answer.hashes(), Limits.MAX_HASHES);
                answer.hashes().forEach(h -> out.count(h.sequence()).hash(h.hash()));
                yield HASH_ANSWER;
            }
        };
    }

    private static int hello(Message.Hello hello, WireWriter out) {
        out.epoch(hello.epoch()).count(hello.bootCount()).i64(hello.instance());
        out.text(hello.host()).text(hello.software());
        out.text(hello.configurationHash()).text(hello.schemaHash());
        out.i64(hello.gatewayTimeNanos());
        out.size(hello.holdings(), Limits.MAX_STREAMS);
        for (var holding : hello.holdings()) {
            out.u8(holding.stream().code()).count(holding.last());
            held(holding.held(), out);
        }
        out.key(hello.key());
        heads(hello.heads(), out);
        return HELLO;
    }

    private static int delivery(Item item, WireWriter out) {
        out.epoch(item.epoch()).u8(item.stream().code());
        out.count(item.sequence()).count(item.samples());
        out.hash(item.previous()).hash(item.hash());
        var origin = item.origin();
        out.u8(origin == null ? 0 : 1);
        if (origin != null) {
            out.epoch(origin.epoch()).count(origin.sequence()).hash(origin.hash());
        }
        return DELIVERY;
    }

    private static int live(Message.Live live, WireWriter out) {
        out.epoch(live.epoch()).size(live.values(), Limits.MAX_LIVE_VALUES);
        var tag = new byte[0];
        long source = 0;
        long stamp = 0;
        for (var value : live.values()) {
            var name = value.tag().text().getBytes(StandardCharsets.UTF_8);
            int shared = Math.max(0, Arrays.mismatch(tag, name));
            shared = Arrays.equals(tag, name) ? name.length : shared;
            out.count(shared).bytes(Arrays.copyOfRange(name, shared, name.length));
            out.u8(value.type().code()).u8(value.quality());
            out.signed(value.sourceTimeNanos() - source).signed(value.gatewayTime() - stamp);
            if (value.type() == ValueType.TEXT) {
                out.text(value.text());
            } else {
                out.i64(value.bits());
            }
            tag = name;
            source = value.sourceTimeNanos();
            stamp = value.gatewayTime();
        }
        return LIVE;
    }

    private static int status(Message.Status status, WireWriter out) {
        out.epoch(status.epoch()).i64(status.gatewayTimeNanos());
        out.size(List.copyOf(status.counters().keySet()), Limits.MAX_COUNTERS);
        status.counters().forEach((name, value) -> out.text(name).i64(value));
        out.size(status.progress(), Limits.MAX_STREAMS);
        for (var progress : status.progress()) {
            out.u8(progress.stream().code()).count(progress.last()).count(progress.pendingItems());
            out.ranges(progress.acknowledged());
        }
        heads(status.heads(), out);
        out.count(status.drainMillis() + 1);
        out.size(status.refills(), Limits.MAX_REFILLS);
        for (var refill : status.refills()) {
            out.text(refill.command()).count(refill.items()).count(refill.left());
        }
        out.count(status.endurance().writtenBytesADay() + 1);
        out.count(status.endurance().autonomyMinutes() + 1);
        return STATUS;
    }

    private static void heads(ChainHeads heads, WireWriter out) {
        heads(heads.gatewayTimeNanos(), heads.heads(), out);
        out.seal(heads.seal());
    }

    /** What is signed of them. */
    static void heads(long timeNanos, List<ChainHeads.Head> heads, WireWriter out) {
        out.i64(timeNanos).size(heads, Limits.MAX_STREAMS);
        for (var head : heads) {
            out.u8(head.stream().code()).count(head.sequence()).hash(head.hash());
        }
    }

    private static int welcome(Message.Welcome welcome, WireWriter out) {
        welcomed(welcome, out);
        out.seal(welcome.seal());
        return WELCOME;
    }

    /** What is signed of it. */
    static void welcomed(Message.Welcome welcome, WireWriter out) {
        out.epoch(welcome.epoch()).count(welcome.epochNumber()).i64(welcome.cloudTimeNanos());
        window(welcome.window(), out);
        out.size(welcome.standings(), Limits.MAX_STREAMS);
        for (var standing : welcome.standings()) {
            out.u8(standing.stream().code());
            held(standing.held(), out);
            out.count(standing.lastCommon()).count(standing.firstDifferent());
        }
        out.key(welcome.key()).size(welcome.successions(), Limits.MAX_SUCCESSIONS);
        welcome.successions().forEach(s -> out.key(s.next()).seal(s.seal()));
    }

    private static int receipt(Message.Receipt receipt, WireWriter out) {
        receipted(receipt, out);
        out.seal(receipt.seal());
        return RECEIPT;
    }

    /** What is signed of it. */
    static void receipted(Message.Receipt receipt, WireWriter out) {
        out.epoch(receipt.epoch()).u8(receipt.stream().code()).i64(receipt.cloudTimeNanos());
        out.size(receipt.ranges(), Limits.MAX_RANGES);
        receipt.ranges().forEach(r -> out.count(r.from()).count(r.to() - r.from()).hash(r.hash()));
        out.count(receipt.waitedNanos() / NANOS_PER_MICRO);
    }

    private static int command(Message.Command command, WireWriter out) {
        out.text(command.id()).i64(command.issuedAtNanos()).i64(command.expiresAtNanos());
        out.text(command.issuer()).text(command.verb());
        Map<String, String> sorted = new TreeMap<>(command.arguments());
        out.size(List.copyOf(sorted.keySet()), Limits.MAX_ARGUMENTS);
        sorted.forEach((name, value) -> out.text(name).text(value));
        return COMMAND;
    }

    private static void window(Message.Window window, WireWriter out) {
        out.count(window.items()).count(window.bytes());
    }

    private static void held(List<HeldRange> ranges, WireWriter out) {
        out.size(ranges, Limits.MAX_RANGES);
        long before = 0;
        for (var range : ranges) {
            out.count(range.from() - before).count(range.to() - range.from());
            out.hash(range.fromHash()).hash(range.toHash());
            before = range.to();
        }
    }
}
