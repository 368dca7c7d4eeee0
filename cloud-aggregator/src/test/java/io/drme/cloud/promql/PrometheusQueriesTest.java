package io.drme.cloud.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.cloud.promql.PrometheusQueries.Answer;
import io.drme.cloud.promql.PrometheusQueries.Asker;
import io.drme.cloud.query.RawHistory;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.model.EpochId;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a query may take of a member. */
@Timeout(60)
class PrometheusQueriesTest {
    private static final int TAGS = 64;
    private static final long START = ManualClock.START_EPOCH_NANOS / 1_000_000;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeGateway gateway = new FakeGateway("press-1", new EpochId(1, 1), 1, TAGS);
    private Database database;
    private PrometheusQueries queries;

    @BeforeEach
    void open() throws Exception {
        database = Database.openIn(directory);
        try (var receiver = SqlReceiverStore.open(database)) {
            receiver.inTransaction(t -> {
                t.epochNumber(gateway.id(), gateway.epoch(), 0);
                var item = gateway.block(600);
                var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
                t.insert(gateway.id(), item, Optional.empty(), 0);
                t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
                return true;
            });
        }
        var store = new BlockStore(database);
        queries = new PrometheusQueries(store, new RawHistory(store), clock, Duration.ofMillis(50));
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    private Answer range(String query, long step, BooleanSupplier wanted) throws QueryException {
        long to = START + (Limits.STEPS - 1) * step;
        return queries.range(
                query, START, to, step, new Asker(Limits.TIME, wanted), Function.identity());
    }

    // 5 million points of 190 bytes each were a heap of 1 GB.
    @Test
    void anAnswerOfTooManyPointsIsRefused() throws Exception {
        var all = range("count(present_over_time(drme_value[1h]))", 10, () -> true);
        assertThat(all).isInstanceOf(Answer.Matrix.class);
        assertThatThrownBy(() -> range("present_over_time(drme_value[1h])", 10, () -> true))
                .isInstanceOfSatisfying(
                        QueryException.class, e -> assertThat(e.kind().status()).isEqualTo(422))
                .hasMessageContaining("more than 500000 points");
    }

    // One series, many steps, wide windows: for minutes nobody looked whether it is wanted.
    @Test
    void theWorkOfOneSeriesIsLookedAtOnItsWay() throws Exception {
        var looks = new AtomicInteger();
        range(
                "avg_over_time(drme_value{tag='device-2/tag-2'}[1d])",
                60,
                () -> looks.incrementAndGet() > 0);
        assertThat(looks.get()).isGreaterThan(15);
        int few = looks.get() / 2;
        var again = new AtomicInteger();
        assertThatThrownBy(() ->
                        range(
                                "avg_over_time(drme_value{tag='device-2/tag-2'}[1d])",
                                60,
                                () -> again.incrementAndGet() < few))
                .hasMessageContaining("canceled");
        assertThat(again.get()).isEqualTo(few);
    }

    @Test
    void aThirdQueryWaitsAndIsToldToComeLater() throws Exception {
        var begun = new CountDownLatch(Limits.AT_ONCE);
        var end = new CountDownLatch(1);
        Function<Answer, Boolean> held =
                answer -> {
                    begun.countDown();
                    try {
                        end.await();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                    return answer instanceof Answer.Scalar;
                };
        var asker = new Asker(Limits.TIME, () -> true);
        var first = new FutureTask<>(() -> queries.query("1", START, asker, held));
        var second = new FutureTask<>(() -> queries.query("1", START, asker, held));
        Thread.ofVirtual().start(first);
        Thread.ofVirtual().start(second);
        begun.await();
        assertThatThrownBy(() -> queries.query("1", START, asker, Function.identity()))
                .isInstanceOfSatisfying(
                        QueryException.class, e -> assertThat(e.kind().status()).isEqualTo(503))
                .hasMessageContaining("Retry-After");
        end.countDown();
        assertThat(first.get()).isTrue();
        assertThat(second.get()).isTrue();
        assertThat(queries.query("1", START, asker, Function.identity()))
                .isInstanceOf(Answer.Scalar.class);
    }
}
