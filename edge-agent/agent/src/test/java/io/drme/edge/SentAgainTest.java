package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.recording.AlarmBook;
import io.drme.edge.recording.CommandsDone;
import io.drme.log.FileDisk;
import io.drme.log.Intake;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.schema.CommandResult;
import io.drme.schema.Payloads;
import io.drme.sync.Backfill;
import io.drme.sync.RangeSet;
import io.drme.sync.Refills.Refilled;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway finds of a span that the centre asks for, in its own store. */
class SentAgainTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    @TempDir private Path data;
    private final ManualClock clock = new ManualClock();
    private final long begin = clock.epochNanos();
    private Store store;

    @BeforeEach
    void fill() throws Exception {
        store = open();
        var tags = TagTable.EMPTY.with(List.of(Tag.of("press/oil", ValueType.FLOAT64)));
        for (int block = 0; block < 5; block++) {
            var batch = new Batch();
            batch.begin(0, (clock.epochNanos() / 1_000_000) << 16);
            batch.addDouble(0, clock.epochNanos(), 20 + block, (byte) 0);
            store.append(new Intake(1, 0, 0), List.of(batch), tags);
            store.seal();
            clock.advance(Duration.ofHours(1));
        }
    }

    private Store open() throws Exception {
        return Store.open(
                new StoreSetup(
                        new FileDisk(data),
                        StoreConfig.defaults().in(data),
                        new GatewayId("g1"),
                        clock,
                        new Random(1)));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private SentAgain find(long from, long to, boolean again, Map<StreamKind, RangeSet> lacking) {
        var asked = new Backfill(store.epoch(), begin + from, begin + to, again, lacking);
        return SentAgain.of(asked, store.view());
    }

    @Test
    void onlyWhatTheCentreLacksIsSent() {
        var lacking = Map.of(StreamKind.DATA, RangeSet.parse("2,4-9"));
        assertThat(find(0, 4 * HOUR, false, lacking).items())
                .isEqualTo(Map.of(StreamKind.DATA, RangeSet.parse("2,4")));
        assertThat(find(0, 4 * HOUR, false, Map.of()).items()).isEmpty();
    }

    @Test
    void againMeansAllOfTheSpanAndNothingElse() {
        assertThat(find(HOUR, 3 * HOUR, true, Map.of()).items())
                .isEqualTo(Map.of(StreamKind.DATA, RangeSet.of(2, 3)));
    }

    @Test
    void theResultSaysWhatWasSentAndWhatIsGone() {
        var found = find(-HOUR, 4 * HOUR, true, Map.of());
        assertThat(found.detail(new Refilled("c", 3, 1_200, 1, "")))
                .startsWith("sent again: 3 items with 1,200 samples; 1 items were gone")
                .contains("what was receipted is kept here from");
        assertThat(find(0, HOUR, true, Map.of()).gone()).isEmpty();
    }

    @Test
    void aRequestIsWhatItsArgumentsSay() {
        var asked =
                new Backfill(
                        store.epoch(), 5, 9, true, Map.of(StreamKind.EVENTS, RangeSet.of(3, 8)));
        var command =
                new io.drme.sync.Message.Command(
                        0, "c-1", 1, 2, "anna", Backfill.VERB, asked.arguments());
        assertThat(Backfill.of(command)).contains(asked);
    }

    // The event of the result is the record: what was done is known after a restart.
    @Test
    void commandsThatWereDoneAreKnownAfterARestart() throws Exception {
        long now = clock.epochNanos();
        for (int i = 0; i < 3; i++) {
            store.appendEvent(
                    Payloads.event(
                            0,
                            new CommandResult("c-" + i, "acknowledge", "done", ""),
                            Map.of(CommandsDone.EXPIRES, Long.toString(now + i * HOUR))));
        }
        store.close();
        store = open();
        var done = new CommandsDone();
        AlarmBook.of(store.view(), done::see);
        assertThat(done.notExpired(now + 1)).containsOnlyKeys("c-1", "c-2");
        assertThat(done.notExpired(now)).containsEntry("c-2", now + 2 * HOUR);
    }
}
