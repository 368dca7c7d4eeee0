package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.history.ClockLine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database of an earlier release, brought up to this one with what it holds. */
class MigrationsTest {
    private static final List<String> ROWS =
            List.of(
                    "create table schema_version (version integer not null primary key)",
                    "insert into schema_version (version) values (1)",
                    "insert into gateway (id, name, first_seen) values (1, 'press-line-1', 1)",
                    "insert into epoch (id, gateway_id, number, epoch, first_seen) values (1, 1, 1, 'a', 1), (2, 1, 2, 'b', 1)",
                    "insert into series (id, gateway_id, tag) values (7, 1, 'press/temperature'), (8, 1, 'press/state')",
                    item(1, 1, 1, 100, 199),
                    item(2, 2, 1, 200, 299),
                    item(3, 2, 2, 300, 399),
                    series(7, 1, 1, 100, 199),
                    series(7, 2, 1, 200, 299),
                    series(7, 2, 2, 300, 399),
                    series(8, 1, 1, 100, 150));

    @TempDir private Path directory;

    private static String item(long id, long epoch, long sequence, long from, long to) {
        return "insert into item (id, epoch_id, stream, sequence, state, samples, first_time, last_time, place, received_at, previous, hash, payload) values (%d, %d, 2, %d, 1, 5, %d, %d, %d, 1, x'00', x'00', x'00')"
                .formatted(id, epoch, sequence, from, to, from);
    }

    private static String series(long series, long epoch, long sequence, long from, long to) {
        return "insert into block_series (series_id, epoch_id, sequence, ordinal, place, type, samples, bad_samples, first_time, last_time, complete, first_bits, last_bits, min_bits, max_bits, total, integral, covered_nanos) values (%d, %d, %d, 0, %d, 2, 5, 0, %d, %d, 1, 1, 1, 1, 1, 5, 0, 0)"
                .formatted(series, epoch, sequence, from, from, to);
    }

    private void makeFirst() throws Exception {
        var file = directory.resolve("drme.db");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var in = MigrationsTest.class.getResourceAsStream("001-first.sql")) {
            var sql =
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .replaceAll("(?m)--.*$", "")
                            .replace("${bytes}", "blob")
                            .replace("${clustered}", "without rowid");
            for (var one : sql.split(";", -1)) {
                execute(statement, one);
            }
            for (var row : ROWS) {
                execute(statement, row);
            }
        }
    }

    private static void execute(java.sql.Statement statement, String sql) throws SQLException {
        if (!sql.isBlank()) {
            statement.execute(sql);
        }
    }

    @Test
    void whatTheFirstReleaseStoredIsFoundInItsPlaceAndByTime() throws Exception {
        makeFirst();
        try (var database = Database.openIn(directory)) {
            var timed = new TimedBlocks(new BlockStore(database));
            assertThat(timed.newest(1))
                    .extracting(r -> r.epochId() + "/" + r.sequence())
                    .containsExactlyInAnyOrder("2/2", "1/1");
            var span = new BlockStore.Span(150, 310);
            var pieces = new SeriesPieces(new BlockStore(database));
            assertThat(
                            pieces.list(
                                    1,
                                    "press/temperature",
                                    ClockLine.EMPTY,
                                    span,
                                    SeriesPieces.After.NOTHING,
                                    0))
                    .extracting(p -> p.epochId() + "/" + ((SeriesPieces.Fresh) p).row().sequence())
                    .containsExactly("1/1", "2/1", "2/2");
            assertThat(pieces.before(1, "press/temperature", ClockLine.EMPTY, 300))
                    .get()
                    .matches(p -> p.epochId() == 2 && p.place() == 200);
            assertThat(pieces.before(1, "press/state", ClockLine.EMPTY, 180))
                    .as("it ended before in a block that did not")
                    .get()
                    .matches(p ->
                            p.epochId() == 1 && SeriesPieces.lastTime(ClockLine.EMPTY, p) == 150);
            assertThat(pieces.before(1, "press/state", ClockLine.EMPTY, 150)).isEmpty();
        }
    }

    private long version() throws Exception {
        var file = directory.resolve("drme.db");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select max(version) from schema_version")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    // A backup beside the centre that runs would change the tables under it.
    @Test
    void aDatabaseOfAnEarlierReleaseIsLeftAsItIsWhereNothingIsToBeChanged() throws Exception {
        makeFirst();
        assertThatThrownBy(() -> Database.openAsIs(DatabaseSettings.in(directory)).close())
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("schema version 1")
                .hasMessageContaining("use the release whose centre runs on it");
        assertThat(version()).isEqualTo(1);
        Database.openIn(directory).close();
        Database.openAsIs(DatabaseSettings.in(directory)).close();
    }

    // What the member of the earlier release stored then would not be found.
    @Test
    void aMemberThatChangesTablesIsRefusedWhileOthersWrite() throws Exception {
        var settings = StoreKind.POSTGRES.settings(directory).sharedBy("c");
        try (var database = Database.open(settings)) {
            try (var receiver = SqlReceiverStore.open(database)) {
                assertThat(receiver).isNotNull();
                Database.open(settings).close();
                try (var connection = StoreKind.POSTGRES.connect(directory);
                        var statement = connection.createStatement()) {
                    statement.execute("drop table fleet_job, fleet_key, fleet_state, fleet_mark");
                    statement.execute("drop table arrival, fleet_position");
                    statement.execute("alter table gateway drop column derived");
                    statement.execute("delete from schema_version where version = 8");
                }
                assertThatThrownBy(() -> Database.open(settings).close())
                        .isInstanceOf(DatabaseException.class)
                        .hasMessageContaining("stop all its members");
            }
            Database.open(settings).close();
        }
    }
}
