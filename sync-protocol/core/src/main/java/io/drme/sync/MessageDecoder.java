package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.Quality;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.sync.WireReader.Malformed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;

/** Reads the head of each message. */
final class MessageDecoder {
    private MessageDecoder() {}

    static Message message(int type, long session, WireReader in, byte[] body) throws Malformed {
        if (body.length > 0 && type != MessageEncoder.DELIVERY) {
            throw new Malformed("it has a body");
        }
        return switch (type) {
            case MessageEncoder.HELLO -> hello(session, in);
            case MessageEncoder.DELIVERY -> delivery(session, in, body);
            case MessageEncoder.LIVE -> live(session, in);
            case MessageEncoder.STATUS -> status(session, in);
            case MessageEncoder.HASH_QUERY ->
                    new Message.HashQuery(session, in.epoch(), stream(in), in.count(), in.count());
            case MessageEncoder.WELCOME -> welcome(session, in);
            case MessageEncoder.RECEIPT -> receipt(session, in);
            case MessageEncoder.REFUSAL ->
                    new Message.Refusal(
                            session,
                            Message.Cause.ofCode(in.u8()),
                            stream(in),
                            in.count(),
                            in.count(),
                            in.text());
            case MessageEncoder.GRANT -> new Message.Grant(session, window(in));
            case MessageEncoder.COMMAND -> command(session, in);
            case MessageEncoder.HASH_ANSWER -> hashAnswer(session, in);
            default -> throw new Malformed("there is no such type");
        };
    }

    private static Message hello(long session, WireReader in) throws Malformed {
        var epoch = in.epoch();
        long bootCount = in.count();
        long instance = in.i64();
        var host = in.text();
        var software = in.text();
        var configuration = in.text();
        var schemas = in.text();
        long time = in.i64();
        int streams = in.count(Limits.MAX_STREAMS, "streams");
        var holdings = new ArrayList<Message.Holding>();
        for (int i = 0; i < streams; i++) {
            holdings.add(new Message.Holding(stream(in), in.count(), held(in)));
        }
        return new Message.Hello(
                session,
                epoch,
                bootCount,
                instance,
                host,
                software,
                configuration,
                schemas,
                time,
                holdings,
                in.key(),
                heads(in));
    }

    private static Message delivery(long session, WireReader in, byte[] body) throws Malformed {
        EpochId epoch = in.epoch();
        var stream = stream(in);
        long sequence = in.count();
        int samples = in.count(Integer.MAX_VALUE, "samples");
        var previous = in.hash();
        var hash = in.hash();
        var origin = in.u8() == 0 ? null : new Item.Origin(in.epoch(), in.count(), in.hash());
        return new Message.Delivery(
                session, new Item(epoch, stream, sequence, samples, previous, hash, origin, body));
    }

    private static Message live(long session, WireReader in) throws Malformed {
        var epoch = in.epoch();
        int count = in.count(Limits.MAX_LIVE_VALUES, "live values");
        var values = new ArrayList<LiveValue>();
        var name = new byte[0];
        long sourceTime = 0;
        long gatewayTime = 0;
        for (int i = 0; i < count; i++) {
            name = in.extending(name);
            var tag = new TagName(new String(name, StandardCharsets.UTF_8));
            var type = ValueType.ofCode(in.u8());
            byte quality = (byte) in.u8();
            if (!Quality.isValid(quality)) {
                throw new Malformed("no quality has the code " + (quality & 0xFF));
            }
            sourceTime += in.signed();
            gatewayTime += in.signed();
            boolean text = type == ValueType.TEXT;
            values.add(
                    new LiveValue(
                            tag,
                            type,
                            text ? 0 : in.i64(),
                            text ? in.text() : "",
                            quality,
                            sourceTime,
                            gatewayTime));
        }
        return new Message.Live(session, epoch, values);
    }

    private static Message status(long session, WireReader in) throws Malformed {
        var epoch = in.epoch();
        long time = in.i64();
        int count = in.count(Limits.MAX_COUNTERS, "counters");
        var counters = new TreeMap<String, Long>();
        for (int i = 0; i < count; i++) {
            counters.put(in.text(), in.i64());
        }
        int streams = in.count(Limits.MAX_STREAMS, "streams");
        var progress = new ArrayList<Message.Progress>();
        for (int i = 0; i < streams; i++) {
            progress.add(new Message.Progress(stream(in), in.count(), in.count(), in.ranges()));
        }
        var heads = heads(in);
        long drain = in.count() - 1;
        int requests = in.count(Limits.MAX_REFILLS, "requests");
        var refills = new ArrayList<Message.Refill>();
        for (int i = 0; i < requests; i++) {
            refills.add(new Message.Refill(in.text(), in.count(), in.count()));
        }
        var endurance = new Message.Endurance(in.count() - 1, in.count() - 1);
        return new Message.Status(
                session, epoch, time, counters, progress, heads, drain, refills, endurance);
    }

    private static ChainHeads heads(WireReader in) throws Malformed {
        long time = in.i64();
        int count = in.count(Limits.MAX_STREAMS, "streams");
        var heads = new ArrayList<ChainHeads.Head>();
        for (int i = 0; i < count; i++) {
            heads.add(new ChainHeads.Head(stream(in), in.count(), in.hash()));
        }
        return new ChainHeads(time, heads, in.seal());
    }

    private static Message welcome(long session, WireReader in) throws Malformed {
        var epoch = in.epoch();
        int number = in.count(Integer.MAX_VALUE, "epochs");
        long time = in.i64();
        var window = window(in);
        int streams = in.count(Limits.MAX_STREAMS, "streams");
        var standings = new ArrayList<Message.Standing>();
        for (int i = 0; i < streams; i++) {
            standings.add(new Message.Standing(stream(in), held(in), in.count(), in.count()));
        }
        var key = in.key();
        int keys = in.count(Limits.MAX_SUCCESSIONS, "keys");
        var successions = new ArrayList<CentreKeys.Succession>();
        for (int i = 0; i < keys; i++) {
            successions.add(new CentreKeys.Succession(in.key(), in.seal()));
        }
        return new Message.Welcome(
                session, epoch, number, time, window, standings, key, successions, in.seal());
    }

    private static Message receipt(long session, WireReader in) throws Malformed {
        var epoch = in.epoch();
        var stream = stream(in);
        long time = in.i64();
        int count = in.count(Limits.MAX_RANGES, "ranges");
        var ranges = new ArrayList<Message.Receipted>();
        for (int i = 0; i < count; i++) {
            long from = in.count();
            long to = WireReader.sum(from, in.count());
            ranges.add(new Message.Receipted(from, to, in.hash()));
        }
        long waitedNanos =
                in.count(Limits.MAX_WAITED_MICROS, "microseconds of waiting")
                        * MessageEncoder.NANOS_PER_MICRO;
        return new Message.Receipt(session, epoch, stream, time, ranges, waitedNanos, in.seal());
    }

    private static Message command(long session, WireReader in) throws Malformed {
        var id = in.text();
        long issued = in.i64();
        long expires = in.i64();
        var issuer = in.text();
        var verb = in.text();
        int count = in.count(Limits.MAX_ARGUMENTS, "arguments");
        var arguments = new HashMap<String, String>();
        for (int i = 0; i < count; i++) {
            arguments.put(in.text(), in.text());
        }
        return new Message.Command(session, id, issued, expires, issuer, verb, arguments);
    }

    private static Message hashAnswer(long session, WireReader in) throws Malformed {
        var stream = stream(in);
        long from = in.count();
        long to = in.count();
        int count = in.count(Limits.MAX_HASHES, "hashes");
        var hashes = new ArrayList<Message.SequenceHash>();
        for (int i = 0; i < count; i++) {
            hashes.add(new Message.SequenceHash(in.count(), in.hash()));
        }
        return new Message.HashAnswer(session, stream, from, to, hashes);
    }

    private static StreamKind stream(WireReader in) throws Malformed {
        return StreamKind.ofCode(in.u8());
    }

    private static Message.Window window(WireReader in) throws Malformed {
        return new Message.Window(in.count(Integer.MAX_VALUE, "items of window"), in.count());
    }

    private static List<HeldRange> held(WireReader in) throws Malformed {
        int count = in.count(Limits.MAX_RANGES, "ranges");
        var ranges = new ArrayList<HeldRange>();
        long before = 0;
        for (int i = 0; i < count; i++) {
            long from = WireReader.sum(before, in.count());
            long to = WireReader.sum(from, in.count());
            ranges.add(new HeldRange(from, to, in.hash(), in.hash()));
            before = to;
        }
        return ranges;
    }
}
