package io.drme.cloud.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.SqlGrid;
import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.Selection;
import io.drme.cloud.query.Trends;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.CentreAlarms;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.EndedAlarm;
import io.drme.history.RollUp;
import io.drme.model.Glob;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which rows a statement gets, and when. */
@Timeout(120)
class SqlQueriesTest {
    @FunctionalInterface
    private interface Body {
        void run(SqlQueries queries) throws Exception;
    }

    private static void with(Path data, ManualClock clock, List<CentreAlarms.Row> rows, Body body)
            throws Exception {
        try (var database = Database.openIn(data);
                var member = Member.start(CloudConfig.defaults().withClusterPort(5797).cluster())) {
            var store = new BlockStore(database);
            new CentreAlarms(store).update(_ -> rows);
            var fleet = new Fleet(store, new Grid(member), clock);
            body.run(
                    new SqlQueries(
                            new SqlGrid(member, clock),
                            fleet,
                            new Trends(store, fleet, clock),
                            new AlarmStore(store),
                            store,
                            clock));
        }
    }

    private static SqlQueries.View view(String site, BooleanSupplier wanted) {
        return new SqlQueries.View(
                new Selection("**", Optional.of(Glob.of(site)), Optional.empty()),
                new RollUp.Span(0, 60, 60),
                Optional.empty(),
                Optional.empty(),
                wanted);
    }

    // Years of alarms elsewhere made every question about alarms impossible.
    @Test
    void onlyAlarmsOfTheSelectionCount(@TempDir Path other) throws Exception {
        var rows = new ArrayList<CentreAlarms.Row>();
        for (int i = 0; i <= SqlQueries.MOST_ROWS_READ; i++) {
            rows.add(EndedAlarm.of("far-" + i, "far"));
        }
        rows.add(EndedAlarm.of("near", "near"));
        with(
                other,
                new ManualClock(),
                rows,
                queries -> {
                    assertThat(
                                    queries.run("select id from alarms", view("near", () -> true))
                                            .rows())
                            .isEqualTo(List.of(List.of("near")));
                    assertThatThrownBy(() ->
                                    queries.run("select id from alarms", view("far", () -> true)))
                            .isInstanceOf(RefusedException.class);
                });
    }

    @Test
    void rowsAreReadForOneStatementAtATimeAndUntilItsTimeIsOver(@TempDir Path other)
            throws Exception {
        var clock = new ManualClock();
        with(
                other,
                clock,
                List.of(EndedAlarm.of("a", "near")),
                queries -> {
                    var begun = new CountDownLatch(1);
                    var end = new CountDownLatch(1);
                    var first =
                            new FutureTask<>(() ->
                                    queries.run(
                                            "select id from alarms",
                                            view(
                                                    "near",
                                                    () -> {
                                                        begun.countDown();
                                                        try {
                                                            end.await();
                                                        } catch (InterruptedException _) {
                                                            Thread.currentThread().interrupt();
                                                        }
                                                        clock.advance(Duration.ofSeconds(16));
                                                        return true;
                                                    })));
                    Thread.ofPlatform().start(first);
                    begun.await();
                    var looks = new AtomicInteger();
                    var second =
                            new FutureTask<>(() ->
                                    queries.run(
                                            "select id from alarms",
                                            view("near", () -> looks.incrementAndGet() > 0)));
                    var thread = Thread.ofPlatform().start(second);
                    while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
                        Thread.onSpinWait();
                    }
                    assertThat(looks).hasValue(0);
                    end.countDown();
                    assertThatThrownBy(first::get).hasMessageContaining("its rows were read");
                    assertThatThrownBy(second::get)
                            .as("its time ran while it waited")
                            .hasMessageContaining("its rows were read");
                });
    }
}
