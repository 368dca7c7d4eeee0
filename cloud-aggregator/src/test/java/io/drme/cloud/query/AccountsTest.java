package io.drme.cloud.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.Report;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.Message.Progress;
import io.drme.sync.RangeSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreKind.class)
class AccountsTest {
    private final StoreKind kind;
    private static final EpochId FIRST = new EpochId(1, 1);
    private static final EpochId SECOND = new EpochId(2, 2);

    @TempDir private Path data;

    AccountsTest(StoreKind kind) {
        this.kind = kind;
    }

    // The directory was restored: what was pending is framed anew in the next epoch.
    @Test
    void whatAnEpochLeftPendingCountsOnceAndEachEquationHasItsEpoch() throws Exception {
        var gateway = new FakeGateway("press-line-1", FIRST, 3, 4);
        var block = gateway.block(5);
        long stored = block.samples();
        try (var database = kind.open(data);
                var receiver = SqlReceiverStore.open(database)) {
            receiver.inTransaction(t -> {
                t.epochNumber(gateway.id(), FIRST, 1);
                t.epochNumber(gateway.id(), SECOND, 2);
                t.insert(gateway.id(), block, Optional.empty(), 3);
                return true;
            });
            var store = new BlockStore(database);
            var epochs = store.epochs(store.gateways().getFirst().id());
            var before =
                    report(
                            epochs.getFirst(),
                            Map.of(
                                    "read",
                                    stored + 30,
                                    "accepted",
                                    stored + 30,
                                    "acknowledged",
                                    stored,
                                    "pending",
                                    30L,
                                    "local.accepted",
                                    0L),
                            RangeSet.of(1, 1));
            var after =
                    report(
                            epochs.getLast(),
                            Map.of(
                                    "read", 30L,
                                    "accepted", 30L,
                                    "pending", 29L,
                                    "local.accepted", 0L),
                            RangeSet.EMPTY);
            var account = new Accounts(store).of(List.of(before, after), epochs);
            assertThat(account.read()).isEqualTo(stored + 30);
            assertThat(account.stored()).isEqualTo(stored);
            assertThat(account.pending()).isEqualTo(29);
            assertThat(account.superseded()).isEqualTo(30);
            assertThat(account.balanced()).isFalse();
            assertThat(account.epochs())
                    .extracting(Account.Epoch::superseded)
                    .containsExactly(true, false);
            assertThat(account.epochs().getFirst().equations()).noneMatch(e -> e.fails());
            assertThat(account.epochs().getLast().equations())
                    .filteredOn(e -> e.fails())
                    .singleElement()
                    .satisfies(e -> assertThat(e.difference()).isEqualTo(1));
        }
    }

    private static Report report(
            BlockStore.Epoch epoch, Map<String, Long> counters, RangeSet acknowledged) {
        return new Report(
                epoch.id(),
                epoch.epoch(),
                1,
                1,
                new TreeMap<>(counters),
                List.of(new Progress(StreamKind.DATA, 3, 1, acknowledged)),
                List.of());
    }
}
