package io.drme.cloud.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.history.Gap;
import io.drme.history.Gaps;
import io.drme.model.EpochId;
import io.drme.sync.Item;
import io.drme.sync.ReceiverStore.Quarantine;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the centre says of blocks that came to it and can't be used. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class CentreGapsTest {
    private final StoreKind kind;
    private static final int POLLS = 20;
    private static final String WHY = "the checksum of its body is wrong";
    private static final String IN_QUARANTINE = "block %d is in quarantine at the centre: " + WHY;

    CentreGapsTest(StoreKind kind) {
        this.kind = kind;
    }

    /** From one sample to the next may be so much without a hole; polls are a second apart. */
    private static final long SLACK = Duration.ofMillis(2500).toNanos();

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeGateway gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 1);
    private final String tag = gateway.tags().get(0).name().text();
    private Database database;
    private SqlReceiverStore receiver;

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        receiver = SqlReceiverStore.open(database);
        receiver.inTransaction(t -> t.epochNumber(gateway.id(), gateway.epoch(), 0));
        insert(gateway.catalogue("acme/test", Map.of()), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        receiver.close();
        database.close();
    }

    private void insert(Item item, Optional<Quarantine> quarantine) throws Exception {
        receiver.inTransaction(t -> {
            var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
            t.insert(gateway.id(), item, quarantine, gateway.nowNanos());
            t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
            return true;
        });
    }

    private void arrives() throws Exception {
        insert(gateway.block(POLLS), Optional.empty());
    }

    private void arrivesUnusable() throws Exception {
        insert(gateway.block(POLLS), Optional.of(new Quarantine(false, WHY)));
    }

    private List<Gap> gaps() throws DatabaseException {
        clock.advance(Duration.ofNanos(gateway.nowNanos() - clock.epochNanos()));
        var store = new BlockStore(database);
        var found =
                new CentreGaps(store, clock)
                        .list(
                                store.gateways().getFirst(),
                                new CentreGaps.Line(true, ""),
                                tag,
                                new Span(ManualClock.START_EPOCH_NANOS, gateway.nowNanos() + 1));
        assertThat(found).noneMatch(g -> g.reason().equals(Gaps.UNEXPLAINED));
        return found;
    }

    private List<Gap> gaps(String reason) throws DatabaseException {
        return gaps().stream().filter(g -> g.reason().equals(reason)).toList();
    }

    @Test
    void aBlockInQuarantineIsDamagedWithTheReasonForIt() throws Exception {
        arrives();
        long begin = gateway.nowNanos();
        arrivesUnusable();
        long end = gateway.nowNanos();
        arrives();
        assertThat(gaps(Gaps.UPLINK_DOWN)).isEmpty();
        assertThat(gaps(Gaps.DAMAGED))
                .singleElement()
                .satisfies(
                        gap -> assertThat(gap.detail()).isEqualTo(IN_QUARANTINE.formatted(2)),
                        gap -> assertThat(gap.from()).isBetween(begin - SLACK, begin + SLACK),
                        gap -> assertThat(gap.to()).isBetween(end - SLACK, end + 2 * SLACK));
    }

    // A centre that can't read any more of what a newer gateway sends would else show no hole at
    // all.
    @Test
    void blocksInQuarantineThatAreTheNewestAreDamagedUntilTheyCame() throws Exception {
        arrives();
        long begin = gateway.nowNanos();
        arrivesUnusable();
        arrivesUnusable();
        assertThat(gaps(Gaps.UPLINK_DOWN)).isEmpty();
        assertThat(gaps(Gaps.DAMAGED))
                .singleElement()
                .satisfies(
                        gap ->
                                assertThat(gap.detail())
                                        .isEqualTo(
                                                "2 blocks from 2 on are in quarantine at the centre: "
                                                        + WHY),
                        gap -> assertThat(gap.from()).isBetween(begin - SLACK, begin + SLACK),
                        gap -> assertThat(gap.to()).isEqualTo(gateway.nowNanos()));
    }

    // Its own times are not known, and were taken for 1970: then all before was not here either.
    @Test
    void whatIsNotHereYetBesideABlockInQuarantineBeginsWithTheLastThatIs() throws Exception {
        arrives();
        long begin = gateway.nowNanos();
        arrivesUnusable();
        gateway.block(POLLS);
        arrives();
        assertThat(gaps(Gaps.UPLINK_DOWN))
                .singleElement()
                .satisfies(
                        gap -> assertThat(gap.from()).isBetween(begin - SLACK, begin + SLACK),
                        gap -> assertThat(gap.detail()).contains("3").doesNotContain("2"));
    }
}
