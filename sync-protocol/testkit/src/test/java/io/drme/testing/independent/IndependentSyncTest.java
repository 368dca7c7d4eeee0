package io.drme.testing.independent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.RangeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/sync.md is enough to read the messages, and to check what is signed in them. */
class IndependentSyncTest {
    private static final Path GOLDEN =
            Path.of("../core/src/test/resources/io/drme/sync/messages.properties");
    private static final String EPOCH = "00112233445566778899aabbccddeeff";
    private static final String ONE = "01020304050607080910111213141516";
    private static final String TWO = "a1a2a3a4a5a6a7a8a9b0b1b2b3b4b5b6";
    private static final String NOW = "1767225600000000000";

    /** Of the first two examples of RFC 8032, 7.1: the gateway's, and the centre's. */
    private static final String GATEWAY_KEY =
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    private static final String CENTRE_KEY =
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

    private static final String HELD = "[1-40 %s %s, 43-43 %s %s]".formatted(ONE, TWO, TWO, TWO);

    private static SyncMessage golden(String name) throws IOException {
        var all = new Properties();
        try (var in = Files.newInputStream(GOLDEN)) {
            all.load(in);
        }
        return new SyncMessage(HexFormat.of().parseHex(all.getProperty(name)));
    }

    @Test
    void whatAGatewaySaysIsReadFromItsGoldenBytes() throws Exception {
        assertThat(golden("hello").fields)
                .containsEntry("epoch", EPOCH)
                .containsEntry("boot count", "3")
                .containsEntry("instance", "-5")
                .containsEntry("host", "box-1")
                .containsEntry("streams", "[1 0 [], 2 43 " + HELD + "]")
                .containsEntry("key", GATEWAY_KEY)
                .containsEntry("heads", "[1/5 %s, 2/300 %s]".formatted(ONE, TWO));
        var delivery = golden("delivery");
        assertThat(delivery.body).containsExactly(1, 2, 3, 4, 5);
        assertThat(delivery.session).isEqualTo(0x0000000500000002L);
        assertThat(delivery.fields)
                .containsEntry("item", "2/300")
                .containsEntry("samples", "1000")
                .containsEntry("previous", ONE)
                .containsEntry("origin", "-");
        assertThat(golden("delivery-anew").fields)
                .containsEntry("previous", "")
                .containsEntry("origin", "00000000000000010000000000000002 7 " + ONE);
        assertThat(golden("status").fields)
                .containsEntry("counters", "[dropped.space 7, read 1000]")
                .containsEntry("streams", "[2 60 9 [1-40, 43-43, 50-59]]")
                .containsEntry("drain", "12501")
                .containsEntry("requests", "[c-7 20 5]")
                .containsEntry("autonomy", "2281");
        assertThat(golden("live").fields.get("values"))
                .startsWith("[press-3/oil/temperature 3 0 " + NOW + " 77 ")
                .contains("press-3/serial 4 0 " + NOW + " 78 Ä-7");
    }

    @Test
    void whatTheCentreSaysIsReadFromItsGoldenBytes() throws Exception {
        assertThat(golden("welcome").fields)
                .containsEntry("epoch number", "2")
                .containsEntry("window", "64 16777216")
                .containsEntry("streams", "[2 " + HELD + " 40 43]")
                .containsEntry("key", CENTRE_KEY);
        assertThat(golden("receipt").fields).containsEntry("ranges", "[1-300 " + TWO + "]");
        assertThat(golden("refusal").fields)
                .containsEntry("cause", "2")
                .containsEntry("item", "2/300")
                .containsEntry("retry after", "1000")
                .containsEntry("detail", "too much");
        assertThat(golden("command").fields)
                .containsEntry("arguments", "[alarm=a-1, comment=checked]");
        assertThat(golden("hash-answer").fields).containsEntry("hashes", "[50 " + ONE + "]");
        assertThat(golden("grant").fields).containsEntry("window", "8 65536");
        assertThat(golden("hash-query").fields).containsEntry("asked", "2 41-99");
    }

    @Test
    void sealsHoldByThePageAndForNothingElse() throws Exception {
        var gateway = HexFormat.of().parseHex(GATEWAY_KEY);
        var centre = HexFormat.of().parseHex(CENTRE_KEY);
        for (var name : List.of("welcome", "receipt", "receipt-beside")) {
            assertThat(golden(name).isSealedBy(centre, "press-line-1")).as(name).isTrue();
            assertThat(golden(name).isSealedBy(centre, "press-line-2")).as(name).isFalse();
            assertThat(golden(name).isSealedBy(gateway, "press-line-1")).as(name).isFalse();
        }
        for (var name : List.of("hello", "status")) {
            assertThat(golden(name).isSealedBy(gateway, "press-line-1")).as(name).isTrue();
        }
        var succession =
                golden("welcome").fields.getOrDefault("successions", "").split("[\\[ \\]]", -1);
        assertThat(
                        SealCheck.holds(
                                HexFormat.of().parseHex(succession[2]),
                                gateway,
                                SealCheck.joined(List.of(SealCheck.label("key"), centre))))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void anyItemAndAnyRangesAreReadAsTheyWereWritten(long seed) {
        var random = new Random(seed);
        var epoch = new EpochId(random.nextLong(), random.nextLong());
        var body = new byte[random.nextInt(2_000)];
        random.nextBytes(body);
        var hash = new byte[16];
        random.nextBytes(hash);
        long sequence = 1 + (random.nextLong() >>> (1 + random.nextInt(62)));
        var item =
                new Item(
                        epoch,
                        StreamKind.DATA,
                        sequence,
                        random.nextInt(1 << 20),
                        ChainHash.NONE,
                        ChainHash.of(hash),
                        body);
        var delivery =
                new SyncMessage(MessageCodec.encode(new Message.Delivery(random.nextLong(), item)));
        assertThat(delivery.body).isEqualTo(body);
        assertThat(delivery.fields)
                .containsEntry("item", "2/" + sequence)
                .containsEntry("samples", Integer.toString(item.samples()))
                .containsEntry("hash", HexFormat.of().formatHex(hash));

        var ranges = new ArrayList<String>();
        var texts = new ArrayList<String>();
        long at = 0;
        for (int i = random.nextInt(20); i >= 0; i--) {
            long from = at + 2 + (random.nextInt() >>> (1 + random.nextInt(30)));
            at = from + (random.nextInt() >>> (1 + random.nextInt(30)));
            ranges.add(from + "-" + at);
            texts.add(from + "-" + at);
        }
        var status =
                new Message.Status(
                        random.nextLong(),
                        epoch,
                        7,
                        new TreeMap<>(),
                        List.of(
                                new Message.Progress(
                                        StreamKind.DATA,
                                        at,
                                        3,
                                        RangeSet.parse(String.join(",", ranges)))),
                        io.drme.sync.ChainHeads.NONE,
                        -1,
                        List.of(),
                        new Message.Endurance(-1, -1));
        assertThat(new SyncMessage(MessageCodec.encode(status)).fields)
                .containsEntry("epoch", epoch.toString())
                .containsEntry("streams", "[2 %d 3 %s]".formatted(at, texts))
                .containsEntry("drain", "0");
    }

    @Test
    void thePackageSharesNoCodeWithTheProduct() throws Exception {
        var folder = Path.of("src/test/java/io/drme/testing/independent");
        try (var files = Files.list(folder)) {
            var sources =
                    files.filter(f -> !f.getFileName().toString().endsWith("Test.java")).toList();
            assertThat(sources).hasSizeGreaterThan(15);
            for (var source : sources) {
                assertThat(Files.readAllLines(source))
                        .as(source.toString())
                        .noneMatch(line ->
                                line.replace("package io.drme.testing.independent", "")
                                        .contains("io.drme."));
            }
        }
    }
}
