package io.drme.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
    private static final EpochId EPOCH = new EpochId(0x0011223344556677L, 0x8899AABBCCDDEEFFL);
    private static final ChainHash ONE = ChainHash.parse("01020304050607080910111213141516");
    private static final ChainHash TWO = ChainHash.parse("a1a2a3a4a5a6a7a8a9b0b1b2b3b4b5b6");
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");

    /** The secrets of the first two examples of RFC 8032, 7.1. */
    private static final SigningKey GATEWAY_KEY =
            SigningKey.ofSeed(
                    HexFormat.of()
                            .parseHex(
                                    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));

    private static final SigningKey CENTRE_KEY =
            SigningKey.ofSeed(
                    HexFormat.of()
                            .parseHex(
                                    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));

    private static final long SESSION = 0x0000000500000002L;
    private static final long NOW = 1_767_225_600_000_000_000L;
    private static final ChainHeads HEADS = heads();

    private static ChainHeads heads() {
        var heads =
                List.of(
                        new ChainHeads.Head(StreamKind.EVENTS, 5, ONE),
                        new ChainHeads.Head(StreamKind.DATA, 300, TWO));
        var statement = Statement.heads(GATEWAY, EPOCH, NOW, heads);
        return new ChainHeads(NOW, heads, Seal.of(Signatures.ED25519, GATEWAY_KEY, statement));
    }

    /** A message of each kind, with the name under which its bytes are written down. */
    record Sample(String name, Message message) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<HeldRange> HELD =
            List.of(new HeldRange(1, 40, ONE, TWO), new HeldRange(43, 43, TWO, TWO));

    static Stream<Sample> samples() {
        return Stream.concat(up(), down());
    }

    private static Stream<Sample> up() {
        var block =
                new Item(EPOCH, StreamKind.DATA, 300, 1_000, ONE, TWO, new byte[] {1, 2, 3, 4, 5});
        var anew =
                new Item(
                        EPOCH,
                        StreamKind.EVENTS,
                        1,
                        0,
                        ChainHash.NONE,
                        TWO,
                        new Item.Origin(new EpochId(1, 2), 7, ONE),
                        new byte[0]);
        return Stream.of(
                new Sample(
                        "hello",
                        new Message.Hello(
                                SESSION,
                                EPOCH,
                                3,
                                -5,
                                "box-1",
                                "0.1.0",
                                "c0ffee",
                                "5c",
                                NOW,
                                List.of(
                                        new Message.Holding(StreamKind.EVENTS, 0, List.of()),
                                        new Message.Holding(StreamKind.DATA, 43, HELD)),
                                GATEWAY_KEY.verifyKey(),
                                HEADS)),
                new Sample("delivery", new Message.Delivery(SESSION, block)),
                new Sample("delivery-anew", new Message.Delivery(SESSION, anew)),
                new Sample("live", new Message.Live(SESSION, EPOCH, liveValues())),
                new Sample(
                        "status",
                        new Message.Status(
                                SESSION,
                                EPOCH,
                                NOW,
                                new TreeMap<>(Map.of("read", 1_000L, "dropped.space", 7L)),
                                List.of(
                                        new Message.Progress(
                                                StreamKind.DATA,
                                                60,
                                                9,
                                                RangeSet.parse("1-40,43,50-59"))),
                                HEADS,
                                12_500,
                                List.of(new Message.Refill("c-7", 20, 5)),
                                new Message.Endurance(1_200_000_000, 2_280))),
                new Sample(
                        "hash-query",
                        new Message.HashQuery(SESSION, EPOCH, StreamKind.DATA, 41, 99)));
    }

    private static Stream<Sample> down() {
        return Stream.of(
                new Sample("welcome", welcome()),
                new Sample("receipt", receipts().getFirst()),
                new Sample("receipt-beside", receipts().getLast()),
                new Sample(
                        "refusal",
                        new Message.Refusal(
                                SESSION,
                                Message.Cause.QUOTA,
                                StreamKind.DATA,
                                300,
                                1_000,
                                "too much")),
                new Sample("grant", new Message.Grant(SESSION, new Message.Window(8, 65_536))),
                new Sample(
                        "command",
                        new Message.Command(
                                0,
                                "c-1",
                                NOW,
                                NOW + 60,
                                "anna",
                                "acknowledge",
                                Map.of("alarm", "a-1", "comment", "checked"))),
                new Sample(
                        "hash-answer",
                        new Message.HashAnswer(
                                SESSION,
                                StreamKind.DATA,
                                41,
                                99,
                                List.of(new Message.SequenceHash(50, ONE)))));
    }

    private static Message.Welcome welcome() {
        var welcome =
                new Message.Welcome(
                        SESSION,
                        EPOCH,
                        2,
                        NOW,
                        new Message.Window(64, 1 << 24),
                        List.of(new Message.Standing(StreamKind.DATA, HELD, 40, 43)),
                        CENTRE_KEY.verifyKey(),
                        List.of(
                                new CentreKeys.Succession(
                                        CENTRE_KEY.verifyKey(),
                                        Seal.of(
                                                Signatures.ED25519,
                                                GATEWAY_KEY,
                                                Statement.succession(CENTRE_KEY.verifyKey())))),
                        Seal.NONE);
        var statement = Statement.welcome(GATEWAY, welcome);
        return welcome.with(Seal.of(Signatures.ED25519, CENTRE_KEY, statement));
    }

    /** Three receipts of one commit, under one signature. */
    private static List<Message.Receipt> receipts() {
        var plain =
                LongStream.of(300, 301, 302)
                        .mapToObj(to ->
                                new Message.Receipt(
                                        SESSION,
                                        EPOCH,
                                        StreamKind.DATA,
                                        NOW,
                                        List.of(new Message.Receipted(1, to, TWO)),
                                        12_345_000,
                                        Seal.NONE))
                        .toList();
        var seals =
                Seal.all(
                        Signatures.ED25519,
                        CENTRE_KEY,
                        plain.stream().map(r -> Statement.receipt(GATEWAY, r)).toList());
        return List.of(plain.get(0).with(seals.get(0)), plain.get(2).with(seals.get(2)));
    }

    private static List<LiveValue> liveValues() {
        var tag = new TagName("press-3/oil/temperature");
        return List.of(
                new LiveValue(
                        tag,
                        ValueType.FLOAT64,
                        Double.doubleToRawLongBits(81.5),
                        "",
                        Quality.GOOD,
                        NOW,
                        77),
                new LiveValue(
                        new TagName("press-3/serial"),
                        ValueType.TEXT,
                        0,
                        "Ä-7",
                        Quality.GOOD,
                        NOW,
                        78),
                new LiveValue(
                        tag, ValueType.FLOAT64, 0, "", Quality.bad(Reason.ofCode(1)), NOW, 79));
    }

    private static Properties golden() {
        var golden = new Properties();
        try (InputStream in = MessageCodecTest.class.getResourceAsStream("messages.properties")) {
            golden.load(in);
            return golden;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Times are told as differences, which may be greater than any number.
    @Test
    void liveValuesAtBothEndsOfTimeAreReadAsTheyWere() {
        var values =
                LongStream.of(0, Long.MAX_VALUE, Long.MIN_VALUE, -1, Long.MAX_VALUE - 1, 1L << 62)
                        .mapToObj(t ->
                                new LiveValue(
                                        new TagName("a/b" + t),
                                        ValueType.INT64,
                                        t,
                                        "",
                                        Quality.GOOD,
                                        t,
                                        ~t))
                        .toList();
        var live = new Message.Live(SESSION, EPOCH, values);
        assertThat(MessageCodec.decode(MessageCodec.encode(live)))
                .isEqualTo(new MessageCodec.Whole(live));
    }

    // A change of these bytes is a change of the protocol: docs/sync.md and the version with it.
    @ParameterizedTest
    @MethodSource("samples")
    void theBytesAreThoseThatAreWrittenDown(Sample sample) {
        assertThat(HexFormat.of().formatHex(MessageCodec.encode(sample.message())))
                .isEqualTo(golden().getProperty(sample.name()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void decodeGivesWhatWasEncoded(Sample sample) {
        assertThat(MessageCodec.decode(MessageCodec.encode(sample.message())))
                .isEqualTo(new MessageCodec.Whole(sample.message()));
    }

    // CRC32C finds every single flipped bit; in an item's body its number is still known.
    @ParameterizedTest
    @MethodSource("samples")
    void everyFlippedBitIsFound(Sample sample) {
        var bytes = MessageCodec.encode(sample.message());
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(MessageCodec.decode(bytes)).isNotInstanceOf(MessageCodec.Whole.class);
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyTruncationIsFound(Sample sample) {
        var bytes = MessageCodec.encode(sample.message());
        for (int length = 0; length < bytes.length; length++) {
            assertThat(MessageCodec.decode(Arrays.copyOf(bytes, length)))
                    .isInstanceOf(MessageCodec.Damaged.class);
        }
    }

    @Test
    void aDamagedBlockIsKnownByItsNumber() {
        var sample = samples().filter(s -> s.name().equals("delivery")).findFirst().orElseThrow();
        var bytes = MessageCodec.encode(sample.message());
        bytes[bytes.length - 6] ^= 1;
        assertThat(MessageCodec.decode(bytes))
                .isEqualTo(new MessageCodec.DamagedItem(SESSION, StreamKind.DATA, 300));
    }

    @Test
    void anotherVersionIsNamed() {
        var bytes = MessageCodec.encode(new Message.Grant(SESSION, new Message.Window(1, 1)));
        bytes[2] = 9;
        int end = bytes.length - 4;
        var crc = new CRC32C();
        crc.update(bytes, 0, end);
        ByteBuffer.wrap(bytes).putInt(end, (int) crc.getValue());
        assertThat(MessageCodec.decode(bytes)).isEqualTo(new MessageCodec.OtherVersion(SESSION, 9));
    }

    // Taken for another version, a hello with a flipped bit kept a gateway away for a minute.
    @ParameterizedTest
    @MethodSource("samples")
    void aFlippedBitOfTheVersionIsDamageAndNoOtherVersion(Sample sample) {
        var bytes = MessageCodec.encode(sample.message());
        for (int bit = 0; bit < Byte.SIZE; bit++) {
            bytes[2] ^= (byte) (1 << bit);
            assertThat(MessageCodec.decode(bytes)).isInstanceOf(MessageCodec.Damaged.class);
            bytes[2] ^= (byte) (1 << bit);
        }
    }

    static LongStream seeds() {
        var one = System.getProperty("drme.seed");
        return one == null ? LongStream.rangeClosed(1, 200) : LongStream.of(Long.parseLong(one));
    }

    // Heads of a right checksum but any content: the decoder gives a reason, never an exception,
    // and takes no memory for what is merely claimed.
    @ParameterizedTest
    @MethodSource("seeds")
    void anyBytesGiveAResult(long seed) {
        var random = new Random(seed);
        var all = samples().toList();
        for (int i = 0; i < 200; i++) {
            var head = new byte[random.nextInt(80)];
            random.nextBytes(head);
            if (random.nextBoolean()) {
                var good = MessageCodec.encode(all.get(random.nextInt(all.size())).message());
                System.arraycopy(
                        good, 20, head, 0, Math.min(head.length, Math.max(0, good.length - 24)));
                if (head.length > 0) {
                    head[random.nextInt(head.length)] = (byte) random.nextInt();
                }
            }
            var result = MessageCodec.decode(framed(random.nextInt(45), head));
            assertThat(result).isNotNull();
            var noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertThat(MessageCodec.decode(noise)).isInstanceOf(MessageCodec.Damaged.class);
        }
    }

    private static byte[] framed(int type, byte[] head) {
        var bytes = ByteBuffer.allocate(24 + head.length);
        bytes.putShort((short) 0x4453).put((byte) 1).put((byte) type);
        bytes.putLong(SESSION).putInt(head.length).putInt(0).put(head);
        var crc = new CRC32C();
        crc.update(bytes.array(), 0, bytes.position());
        bytes.putInt((int) crc.getValue());
        return bytes.array();
    }

    @Test
    void aLyingLengthIsRefusedBeforeMemoryIsTaken() {
        var bytes = "DS".getBytes(StandardCharsets.US_ASCII);
        var message = Arrays.copyOf(bytes, 24);
        message[2] = 1;
        message[3] = 2;
        message[16] = 0x7F;
        assertThat(MessageCodec.decode(message))
                .isInstanceOfSatisfying(
                        MessageCodec.Damaged.class,
                        d -> assertThat(d.reason()).contains("it claims a body of"));
    }

    /** Prints what messages.properties holds, for a change made on purpose. */
    public static void main(String[] arguments) {
        samples()
                .forEach(s ->
                        System.out.println(
                                s.name()
                                        + "="
                                        + HexFormat.of()
                                                .formatHex(MessageCodec.encode(s.message()))));
    }
}
