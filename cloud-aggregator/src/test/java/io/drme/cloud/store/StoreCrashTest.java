package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.sync.StreamId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A receipt promises that an item outlives the process: a child that is killed -9 while it writes.
 */
class StoreCrashTest {
    private static final int ROUNDS = 5;
    private static final int BLOCKS_BEFORE_KILL = 40;
    private static final EpochId EPOCH = new EpochId(1, 2);
    private static final long SEED = 7;

    @TempDir private Path directory;

    @Test
    void nothingThatWasAcknowledgedIsLostByKill9AndTheStoreOpensAgain() throws Exception {
        long acknowledged = 0;
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged = Math.max(acknowledged, writeUntilKilled());
            check(acknowledged);
        }
        assertThat(acknowledged).isGreaterThan(BLOCKS_BEFORE_KILL);
    }

    /**
     * Lets a child write on, and kills it in the middle of its work; gives what it acknowledged.
     */
    private long writeUntilKilled() throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var child =
                new ProcessBuilder(
                                java,
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Dtinylog.level=off",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Child.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long last = 0;
        try (var out = new BufferedReader(child.inputReader(StandardCharsets.UTF_8))) {
            int read = 0;
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                last = Long.parseLong(line);
                if (++read == BLOCKS_BEFORE_KILL) {
                    assertThat(child.toHandle().destroyForcibly()).isTrue();
                }
            }
        }
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return last;
    }

    private void check(long acknowledged) throws Exception {
        var gateway = gateway();
        try (var database = Database.openIn(directory);
                var store = SqlReceiverStore.open(database)) {
            var stream = new StreamId(gateway.id(), EPOCH, StreamKind.DATA);
            var held = store.inTransaction(t -> t.ranges(stream));
            assertThat(held.containsAll(RangeSet.of(1, acknowledged))).isTrue();
            assertThat(held.rangeCount()).isEqualTo(1);
            Map<Long, Item> expected = new HashMap<>();
            long last = held.last().orElseThrow();
            for (long n = 1; n <= last; n++) {
                expected.put(n, gateway.block(3));
            }
            var reader = new BlockStore(database);
            long epochId = reader.epochs(reader.gateways().getFirst().id()).getFirst().id();
            for (long n = 1; n <= last; n++) {
                long sequence = n;
                var known = store.inTransaction(t -> t.find(stream, sequence)).orElseThrow();
                var item = Objects.requireNonNull(expected.get(n));
                assertThat(known.hash()).isEqualTo(item.hash());
                assertThat(reader.block(epochId, n)).contains(item.payload());
            }
            boolean more = store.inTransaction(t -> t.find(stream, last + 1).isPresent());
            assertThat(more).isFalse();
            long samples = expected.values().stream().mapToLong(Item::samples).sum();
            assertThat(reader.account(epochId, StreamKind.DATA, held).stored()).isEqualTo(samples);
        }
    }

    private static FakeGateway gateway() {
        return new FakeGateway("crash", EPOCH, SEED, 5);
    }

    /** The process that is killed: stores block after block and says so after each commit. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            var gateway = gateway();
            try (var database = Database.openIn(Path.of(arguments[0]));
                    var store = SqlReceiverStore.open(database)) {
                var stream = new StreamId(gateway.id(), EPOCH, StreamKind.DATA);
                long held = store.inTransaction(t -> t.ranges(stream)).last().orElse(0);
                for (long n = 1; n < 1_000_000; n++) {
                    var item = gateway.block(3);
                    long sequence = n;
                    if (n > held) {
                        store.inTransaction(t -> {
                            t.insert(gateway.id(), item, Optional.empty(), sequence);
                            t.saveRanges(stream, t.ranges(stream).with(sequence));
                            return true;
                        });
                        System.out.println(n);
                    }
                }
            }
        }
    }
}
