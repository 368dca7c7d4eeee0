package io.drme.sim.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.log.EventItem;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.schema.Drop;
import io.drme.schema.GatewayLife;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import io.drme.sync.SampleTerms;
import io.drme.testing.ManualClock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** A fleet's parts without a centre; {@code FleetSystemTest} has one. */
class FleetTest {
    private static final GatewayId GATEWAY = new GatewayId("sim-00007");

    private final ManualClock clock = new ManualClock();
    private final FleetCounts counts = new FleetCounts();
    private final FleetLog log = new FleetLog(GATEWAY, clock, new Random(1), counts);

    private void blocks(int count) {
        for (int i = 0; i < count; i++) {
            log.append(new byte[] {(byte) i, (byte) (i >> 8)}, 10 + i);
        }
    }

    private void assertBalanced() {
        assertThat(new SampleTerms(log.counters()).equations(Optional.empty()))
                .noneMatch(SampleTerms.Equation::fails);
    }

    private long term(String name) {
        return log.counters().getOrDefault(name, 0L);
    }

    // Receipts come in any order, and a restored centre takes some back.
    @Test
    void theAccountBalancesWhateverReceiptsSay() {
        blocks(5);
        assertThat(term("pending")).isEqualTo(10 + 11 + 12 + 13 + 14);
        log.acknowledged(StreamKind.DATA, RangeSet.of(2, 3));
        assertBalanced();
        assertThat(term("acknowledged")).isEqualTo(11 + 12);
        assertThat(log.held(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 5).minus(RangeSet.of(2, 3)));
        assertThat(log.read(StreamKind.DATA, 2)).isEmpty();
        assertThat(log.hash(StreamKind.DATA, 2)).isPresent();
        log.acknowledged(StreamKind.DATA, RangeSet.of(1, 5));
        assertBalanced();
        assertThat(counts.figures().acknowledged()).isEqualTo(60);
        assertThat(counts.figures().pending()).isZero();
        log.acknowledged(StreamKind.DATA, RangeSet.of(1, 3));
        assertThat(term("acknowledged")).isEqualTo(33);
        assertBalanced();
        log.missing(StreamKind.DATA, RangeSet.of(4, 5));
        log.missing(StreamKind.DATA, RangeSet.of(4, 5));
        assertBalanced();
        assertThat(term("dropped.lost-at-centre")).isEqualTo(27);
        assertThat(counts.figures().lost()).isEqualTo(27);
    }

    @Test
    void whatTheCentreLostIsToldInOneEventThatItCanRead() throws Exception {
        blocks(2);
        log.acknowledged(StreamKind.DATA, RangeSet.of(1, 2));
        log.acknowledged(StreamKind.DATA, RangeSet.EMPTY);
        log.missing(StreamKind.DATA, RangeSet.of(1, 2));
        assertThat(log.last(StreamKind.EVENTS)).isEqualTo(1);
        var bytes = log.read(StreamKind.EVENTS, 1).orElseThrow().payload();
        var drop = (Drop) Payloads.of(EventItem.read(bytes).event());
        assertThat(drop.fromSequence()).isEqualTo(1);
        assertThat(drop.toSequence()).isEqualTo(2);
        assertThat(drop.samples()).isEqualTo(21);
    }

    @Test
    void eventsAreChainedAndTheirStampsRise() throws Exception {
        for (int i = 0; i < 20; i++) {
            log.append(new GatewayLife("started", 1, 0, "fleet"), Map.of());
        }
        long before = 0;
        for (long n = 1; n <= 20; n++) {
            var item = log.read(StreamKind.EVENTS, n).orElseThrow();
            var event = EventItem.read(item.payload());
            assertThat(event.event().time()).isGreaterThan(before);
            before = event.event().time();
            if (n > 1) {
                assertThat(log.hash(StreamKind.EVENTS, n - 1)).contains(item.previous());
            }
        }
    }

    @Test
    void aForkedGatewayCountsWhatItGivesUp() {
        blocks(3);
        var before = log.epoch();
        assertThat(log.openEpoch(Map.of())).isNotEqualTo(before);
        assertThat(counts.figures().lost()).isEqualTo(33);
        assertBalanced();
        assertThat(log.last(StreamKind.DATA)).isZero();
    }

    private FleetOptions options(double outage) {
        return new FleetOptions(
                10,
                8,
                "127.0.0.1",
                1,
                Optional.empty(),
                "sim",
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                true,
                Duration.ofSeconds(1),
                outage,
                1,
                clock);
    }

    /** The seconds at which a line is cut or mended within an hour. */
    private List<Long> turns(long seed, double share) {
        var outages = new Outages(options(share), new SplittableRandom(seed), 0);
        var turns = new ArrayList<Long>();
        for (long second = 0; second < 3600; second++) {
            if (outages.turns(second * 1_000_000_000)) {
                turns.add(second);
            }
        }
        return turns;
    }

    @Test
    void outagesComeByTheSeedAndToTheShareThatIsAskedFor() {
        assertThat(turns(7, 1)).isEqualTo(turns(7, 1)).hasSizeGreaterThan(60);
        assertThat(turns(8, 1)).isNotEqualTo(turns(7, 1));
        assertThat(turns(7, 0)).isEmpty();
        long hit = 0;
        for (int seed = 0; seed < 1000; seed++) {
            hit += turns(seed, 0.2).isEmpty() ? 0 : 1;
        }
        assertThat(hit).isBetween(150L, 250L);
    }

    @Test
    void valuesAreTheSameForTheSameSeed() {
        var tags = new FleetTags(8, Duration.ofSeconds(1));
        var other = new FleetTags(8, Duration.ofSeconds(1));
        for (int tag = 0; tag < 8; tag++) {
            assertThat(tags.bits(5, tag, 77)).isEqualTo(other.bits(5, tag, 77));
        }
        assertThat(tags.table().tags()).extracting(t -> t.name().text()).doesNotHaveDuplicates();
        assertThat(Double.longBitsToDouble(tags.bits(5, 0, 77))).isBetween(30.0, 90.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --uplink http://h             | --uplink: 'http://h' is not a URL such as mqtt://
                    --uplink mqtts://h            | mqtts:// needs --ca and --certificates
                    --uplink mqtt://h --gateways 0 | --gateways: 0 is not from 1 to 100000
                    --uplink mqtt://h --rate 0    | --rate: 0.0 is not from 0.01 to 100
                    --uplink mqtt://h --outage 2  | --outage: 2.0 is not a share from 0 to 1
                    --uplink mqtt://h --prefix A  | --prefix: 'A' is no beginning of a gateway's id
                    --uplink mqtt://h --for 10    | --for: '10' is not a time with its unit
                    """)
    void wrongUsageIsToldWithWhatWasExpected(String arguments, String message) {
        var err = new StringWriter();
        int code =
                new CommandLine(new FleetCommand())
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments.split(" "));
        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    // Without a centre nothing is acknowledged, so it takes all the time it has, and says so.
    @Test
    @Timeout(60)
    void aFleetThatIsStoppedByASignalHasItsTimeToDrain() throws Exception {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-Xmx128m",
                                "io.drme.sim.Main",
                                "fleet",
                                "--gateways",
                                "1",
                                "--tags",
                                "1",
                                "--ramp",
                                "1ms",
                                "--uplink",
                                "mqtt://127.0.0.1:1",
                                "--drain",
                                "4s")
                        .redirectErrorStream(true)
                        .start();
        try (var out = process.inputReader()) {
            var line = out.readLine();
            while (line != null && !line.contains(" s · connected")) {
                line = out.readLine();
            }
            assertThat(line).as("a line of figures").isNotNull();
            process.toHandle().destroy(); // the other one closes the stream too
            assertThat(out.lines()).anyMatch(l -> l.contains("stored-at-centre"));
            assertThat(process.waitFor()).isEqualTo(143); // 128 + SIGTERM
        } finally {
            process.destroyForcibly();
        }
    }
}
