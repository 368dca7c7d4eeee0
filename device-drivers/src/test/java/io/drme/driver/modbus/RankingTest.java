package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.Commissioning;
import io.drme.driver.TestDevice;
import io.drme.sim.Plant;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which decoding {@code drme-agent read} shows first. */
class RankingTest {
    private static final int DEVICES = 12;
    private static final int POINTS = 25;
    private static final int READS = 5;
    private static final int LATER = 20;
    private static final String[] ORDERS = {"abcd", "cdab", "badc", "dcba"};

    @TempDir private Path folder;

    private static int[] words(long bits, int words, Order order) {
        var registers = new int[words];
        int length = 2 * words;
        for (int i = 0; i < length; i++) {
            int value = (int) (bits >>> (8 * (length - 1 - i))) & 0xFF;
            int at = order.position(i, length);
            registers[at / 2] |= at % 2 == 0 ? value << 8 : value;
        }
        return registers;
    }

    private static String first(List<int[]> reads, Ranking.Wish wish) {
        var best = Ranking.rank(reads, wish).getFirst().decoding();
        return best.type() + " " + best.order();
    }

    private static List<int[]> floats(Order order, float... values) {
        var reads = new ArrayList<int[]>();
        for (float value : values) {
            reads.add(words(Float.floatToRawIntBits(value), 2, order));
        }
        return reads;
    }

    @Test
    void aTemperatureIsFoundInEachOrder() {
        for (var order : Order.values()) {
            assertThat(first(floats(order, 21.3f, 21.4f, 21.4f, 21.3f), Ranking.Wish.NONE))
                    .isEqualTo("FLOAT32 " + order);
        }
    }

    @Test
    void twoLevelsSideBySideAreNotOneLargeNumber() {
        var reads = List.of(new int[] {235, 601}, new int[] {236, 601}, new int[] {235, 600});

        assertThat(first(reads, Ranking.Wish.NONE)).isEqualTo("UINT16 ABCD");
    }

    @Test
    void whatIsDeclaredRulesOutWhatLiesOutside() {
        var reads = List.of(new int[] {0xFFF6, 0}, new int[] {0xFFF5, 0});

        assertThat(first(reads, new Ranking.Wish(Optional.empty(), Optional.empty(), -40, 60)))
                .isEqualTo("INT16 ABCD");
    }

    @Test
    void onlyWhatIsAskedForIsRanked() {
        var wish =
                new Ranking.Wish(
                        Optional.of(DataType.UINT32), Optional.of(Order.CDAB), 0, Double.MAX_VALUE);

        assertThat(Ranking.rank(floats(Order.ABCD, 1), wish))
                .singleElement()
                .satisfies(r -> assertThat(r.percent()).isEqualTo(100));
    }

    @Test
    void aNameIsText() {
        var reads = List.of(new int[] {0x4150, 0x2D33, 0x3030, 0x2D30});

        assertThat(first(reads, Ranking.Wish.NONE)).isEqualTo("TEXT ABCD");
    }

    @Test
    void digitsInEachHalfByteAreAmongTheDecodings() {
        var reads = List.of(new int[] {0x1234, 0x5678}, new int[] {0x1234, 0x5679});
        var shown =
                Ranking.rank(reads, Ranking.Wish.NONE).stream()
                        .map(Ranking.Ranked::decoding)
                        .filter(d -> d.type() == DataType.BCD)
                        .map(d -> d.order() + " " + d.shown(reads.getLast(), 0));

        assertThat(shown).containsExactlyInAnyOrder("ABCD 1234", "ABCD 12345679", "CDAB 56791234");
        assertThat(Ranking.rank(List.of(new int[] {0x12A4}), Ranking.Wish.NONE))
                .noneMatch(r -> r.decoding().type() == DataType.BCD);
    }

    /** One point of the corpus: where it is, what it is, and how the simulator makes it. */
    private record Point(int address, String type, String order, String value) {
        String yaml(int index) {
            return "          p%d: {address: \"holding:%d\", type: %s, order: %s, value: %s}%n"
                    .formatted(index, address, type, order, value);
        }
    }

    /**
     * Devices as vendors make them: one byte order each, maps with and without holes; temperatures
     * and pressures, rounded or not, levels, counters, set-points that stand still.
     */
    private static List<Point> device(SplittableRandom random, String order) {
        var points = new ArrayList<Point>();
        boolean holes = random.nextBoolean();
        int address = random.nextInt(50);
        for (int i = 0; i < POINTS; i++) {
            var point = point(random, address, order);
            points.add(point);
            int words = DataType.valueOf(point.type().toUpperCase(Locale.ROOT)).bytes() / 2;
            address += words + (holes && random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0);
        }
        return points;
    }

    private static Point point(SplittableRandom random, int address, String order) {
        int kind = random.nextInt(100);
        if (kind < 45) {
            return new Point(address, "float32", order, real(random));
        }
        if (kind < 48) {
            return new Point(address, "float64", order, real(random));
        }
        // Numbers of one register are sent highest byte first by devices of every order.
        var word = "abcd";
        if (kind < 70) {
            return new Point(address, "uint16", word, level(random, 50 + random.nextInt(5_000)));
        }
        if (kind < 80) {
            return new Point(address, "int16", word, level(random, -20 - random.nextInt(400)));
        }
        if (kind < 92) {
            long start = 70_000 + random.nextLong(400_000_000);
            return new Point(address, "uint32", order, counter(random, start));
        }
        if (kind < 95) {
            return new Point(
                    address, "int32", order, level(random, -70_000 - random.nextInt(900_000)));
        }
        return new Point(
                address,
                "uint64",
                order,
                counter(random, 5_000_000_000L + random.nextLong(1L << 45)));
    }

    private static String real(SplittableRandom random) {
        double mean = Math.pow(10, random.nextDouble(-1, 4));
        return switch (random.nextInt(3)) {
            case 0 -> "%.1f".formatted(mean);
            case 1 ->
                    "{sine: {mean: %.3f, amplitude: %.3f, period: %ds}}"
                            .formatted(
                                    mean,
                                    mean * random.nextDouble(0.02, 0.4),
                                    30 + random.nextInt(600));
            default ->
                    "{random-walk: {start: %.2f, step: %.3f, every: 1s}}"
                            .formatted(mean, mean * random.nextDouble(0.001, 0.02));
        };
    }

    private static String level(SplittableRandom random, int start) {
        return random.nextInt(4) == 0
                ? Integer.toString(start)
                : "{random-walk: {start: %d, step: %d, min: %d, max: %d, every: 1s}}"
                        .formatted(
                                start,
                                1 + Math.abs(start) / 100,
                                start - 40 - Math.abs(start) / 2,
                                start + 40 + Math.abs(start) / 2);
    }

    private static String counter(SplittableRandom random, long start) {
        return "{counter: {start: %d, step: %d, every: 1s}}"
                .formatted(start, 1 + random.nextInt(40));
    }

    /**
     * The first guess is right where it gives the device's value at each of the reads, and at each
     * of twenty later ones, up to half an hour on: not just by chance.
     */
    @Test
    void atLeast95OfAHundredFirstGuessesAreRight() throws Exception {
        int right = 0;
        int all = 0;
        var wrong = new ArrayList<String>();
        for (int d = 0; d < DEVICES; d++) {
            var random = new SplittableRandom(4_711 + d);
            var points = device(random, ORDERS[d % ORDERS.length]);
            for (var guess : guesses(points, d)) {
                all++;
                right += guess.isEmpty() ? 1 : 0;
                if (!guess.isEmpty()) {
                    wrong.add("device %d: %s".formatted(d, guess));
                }
            }
        }
        assertThat(100.0 * right / all)
                .as("%d of %d; wrong: %s", right, all, wrong)
                .isGreaterThanOrEqualTo(95);
    }

    /** For each point nothing where the first guess is right, otherwise what was guessed. */
    private List<String> guesses(List<Point> points, int seed) throws Exception {
        var scenario =
                new StringBuilder(
                        "devices:\n  d:\n    protocol: modbus\n    listen: \"127.0.0.1:0\"\n    units:\n      1:\n        fill: {\"holding:0-399\": {value: 0}}\n        points:\n");
        for (int i = 0; i < points.size(); i++) {
            scenario.append(points.get(i).yaml(i));
        }
        var clock = new ManualClock();
        var overrides = new Plant.Overrides(OptionalLong.of(seed), Map.of(), Optional.empty());
        var found = new ArrayList<String>();
        try (var plant = Plant.parse("corpus", scenario.toString(), overrides, clock)) {
            plant.start();
            var device =
                    new TestDevice(
                            new ModbusDriverFactory(),
                            "tcp://127.0.0.1:" + plant.address("d").getPort(),
                            Map.of(),
                            new TestDevice.Access(Duration.ofSeconds(10), folder, clock));
            var firsts = new ArrayList<Commissioning.Reading>();
            for (var point : points) {
                firsts.add(
                        new ModbusCommissioning()
                                .read(
                                        device,
                                        "holding:" + point.address(),
                                        new Commissioning.Wish(
                                                Map.of(),
                                                Double.NEGATIVE_INFINITY,
                                                Double.POSITIVE_INFINITY,
                                                READS,
                                                1_000))
                                .getFirst());
            }
            var differing = new String[points.size()];
            for (int later = 0; later < LATER; later++) {
                clock.advance(Duration.ofSeconds(90));
                compare(device, points, firsts, differing);
            }
            for (var difference : differing) {
                found.add(difference == null ? "" : difference);
            }
        }
        return found;
    }

    private static void compare(
            TestDevice device,
            List<Point> points,
            List<Commissioning.Reading> firsts,
            String[] differing)
            throws Exception {
        var tags = new ArrayList<Map<String, String>>();
        for (int i = 0; i < points.size(); i++) {
            var point = points.get(i);
            var address = "holding:" + point.address();
            tags.add(Map.of("address", address, "type", point.type(), "order", point.order()));
            var guess = new HashMap<>(firsts.get(i).keys());
            guess.put("address", address);
            tags.add(guess);
        }
        try (var session = device.open(device.spec(tags))) {
            session.connect();
            var samples = session.read();
            for (int i = 0; i < points.size(); i++) {
                var truth = samples.get(2 * i).shown();
                var guessed = samples.get(2 * i + 1).shown();
                if (!truth.equals(guessed)) {
                    differing[i] =
                            "%s as %s: %s, not %s"
                                    .formatted(points.get(i), firsts.get(i).keys(), guessed, truth);
                }
            }
        }
    }
}
