package io.drme.testing.independent;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/** A message between gateway and centre: its fields as texts, by their names on the page. */
final class SyncMessage {
    private static final int MOST_HEAD = 1 << 20;
    private static final int MOST_BODY = 4 << 20;
    private static final int HEAD_AT = 20;

    final int type;
    final long session;
    final Map<String, String> fields = new LinkedHashMap<>();
    final byte[] body;
    private final byte[] head;
    private final Cursor in;

    /** Where the sealed part of the head begins and ends, and its seal. */
    private int sealedFrom;

    private int sealedTo;
    private byte[] seal = {};

    /** Of the live value before. */
    private byte[] liveTag = {};

    private long liveSource;
    private long liveStamp;

    SyncMessage(byte[] bytes) {
        var all = new Cursor(bytes);
        Malformed.unless(all.big(2) == 0x4453, "magic");
        Malformed.unless(all.big(1) == 1, "version");
        type = all.u8();
        session = all.big(8);
        long headLength = all.big(4);
        long bodyLength = all.big(4);
        Malformed.unless(headLength <= MOST_HEAD && bodyLength <= MOST_BODY, "lengths");
        head = all.take(headLength);
        checksum(bytes, 0, HEAD_AT + head.length, all.big(4));
        body = all.take(bodyLength);
        if (bodyLength > 0) {
            checksum(body, 0, body.length, all.big(4));
        }
        all.end("message");
        in = new Cursor(head);
        read();
    }

    private static void checksum(byte[] bytes, int from, int length, long expected) {
        var crc = new CRC32C();
        crc.update(bytes, from, length);
        Malformed.unless(crc.getValue() == expected, "checksum");
    }

    private void read() {
        switch (type) {
            case 1 -> hello();
            case 2 -> delivery();
            case 3 -> {
                put("epoch", epoch());
                put("values", list(this::live));
            }
            case 4 -> status();
            case 5 -> {
                put("epoch", epoch());
                put("asked", "%d %d-%d".formatted(in.u8(), in.varint(), in.varint()));
            }
            case 33 -> welcome();
            case 34 -> receipt();
            case 35 -> {
                put("cause", in.u8());
                put("item", in.u8() + "/" + in.varint());
                put("retry after", in.varint());
                put("detail", text());
            }
            case 36 -> put("window", window());
            case 37 -> command();
            case 38 -> {
                put("asked", "%d %d-%d".formatted(in.u8(), in.varint(), in.varint()));
                put("hashes", list(() -> in.varint() + " " + hash()));
            }
            default -> throw new Malformed("type " + type);
        }
        in.end("head");
    }

    private void put(String name, Object value) {
        fields.put(name, value.toString());
    }

    private void hello() {
        put("epoch", epoch());
        put("boot count", in.varint());
        put("instance", in.big(8));
        put("host", text());
        put("software", text());
        put("configuration", text());
        put("schema", text());
        put("gateway time", in.big(8));
        put("streams", list(() -> in.u8() + " " + in.varint() + " " + held()));
        put("key", hex(32));
        heads();
    }

    private void delivery() {
        put("epoch", epoch());
        put("item", in.u8() + "/" + in.varint());
        put("samples", in.varint());
        put("previous", hash());
        put("hash", hash());
        put("origin", in.u8() == 0 ? "-" : epoch() + " " + in.varint() + " " + hash());
    }

    private String live() {
        int shared = (int) in.varint();
        var rest = in.take(in.varint());
        var tag = Arrays.copyOf(liveTag, shared + rest.length);
        System.arraycopy(rest, 0, tag, shared, rest.length);
        liveTag = tag;
        int type = in.u8();
        int quality = in.u8();
        liveSource += in.zigzag();
        liveStamp += in.zigzag();
        var times = "%d %d %d".formatted(quality, liveSource, liveStamp);
        var name = new String(tag, StandardCharsets.UTF_8);
        return "%s %d %s %s".formatted(name, type, times, type == 4 ? text() : in.big(8));
    }

    private void status() {
        put("epoch", epoch());
        put("gateway time", in.big(8));
        put("counters", list(() -> text() + " " + in.big(8)));
        put(
                "streams",
                list(() -> in.u8() + " " + in.varint() + " " + in.varint() + " " + ranges()));
        heads();
        put("drain", in.varint());
        put("requests", list(() -> text() + " " + in.varint() + " " + in.varint()));
        put("written", in.varint());
        put("autonomy", in.varint());
    }

    private void welcome() {
        put("epoch", epoch());
        put("epoch number", in.varint());
        put("cloud time", in.big(8));
        put("window", window());
        put("streams", list(() -> in.u8() + " " + held() + " " + in.varint() + " " + in.varint()));
        put("key", hex(32));
        put("successions", list(() -> hex(32) + " " + hex(in.varint())));
        sealedTo = head.length - in.left();
        seal = in.take(in.varint());
    }

    private void receipt() {
        put("epoch", epoch());
        put("stream", in.u8());
        put("cloud time", in.big(8));
        put(
                "ranges",
                list(() -> {
                    long from = in.varint();
                    return from + "-" + (from + in.varint()) + " " + hash();
                }));
        put("waited us", in.varint());
        sealedTo = head.length - in.left();
        seal = in.take(in.varint());
    }

    private void command() {
        put("id", text());
        put("issued", in.big(8));
        put("expires", in.big(8));
        put("issuer", text());
        put("verb", text());
        put("arguments", list(() -> text() + "=" + text()));
    }

    private void heads() {
        sealedFrom = head.length - in.left();
        put("heads time", in.big(8));
        put("heads", list(() -> in.u8() + "/" + in.varint() + " " + hash()));
        sealedTo = head.length - in.left();
        seal = in.take(in.varint());
    }

    private String list(Supplier<String> one) {
        var all = new ArrayList<String>();
        for (int left = in.count(MOST_HEAD); left > 0; left--) {
            all.add(one.get());
        }
        return all.toString();
    }

    private String held() {
        var before = new long[1];
        return list(() -> range(before) + " " + hash() + " " + hash());
    }

    private String ranges() {
        var before = new long[1];
        return list(() -> range(before));
    }

    private String range(long[] before) {
        long from = before[0] + in.varint();
        before[0] = from + in.varint();
        return from + "-" + before[0];
    }

    private String window() {
        return in.varint() + " " + in.varint();
    }

    private String epoch() {
        return hex(16);
    }

    private String hash() {
        return hex(in.u8());
    }

    private String hex(long length) {
        return HexFormat.of().formatHex(in.take(length));
    }

    private String text() {
        return in.text(in.varint(), StandardCharsets.UTF_8);
    }

    /** Whether its seal holds, for a message of this gateway, with the key of these 32 bytes. */
    boolean isSealedBy(byte[] key, String gateway) {
        var utf8 = gateway.getBytes(StandardCharsets.UTF_8);
        Malformed.unless(utf8.length < 0x80, "a long name");
        var statement = new ArrayList<byte[]>();
        statement.add(SealCheck.label(type == 34 ? "receipt" : type == 33 ? "welcome" : "heads"));
        statement.add(new byte[] {(byte) utf8.length});
        statement.add(utf8);
        if (type >= 33) {
            statement.add(ByteBuffer.allocate(8).putLong(session).array());
        } else {
            statement.add(HexFormat.of().parseHex(fields.get("epoch")));
        }
        statement.add(Arrays.copyOfRange(head, sealedFrom, sealedTo));
        return SealCheck.holds(seal, key, SealCheck.joined(List.copyOf(statement)));
    }
}
