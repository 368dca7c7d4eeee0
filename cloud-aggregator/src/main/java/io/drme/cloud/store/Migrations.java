package io.drme.cloud.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;

/**
 * Brings a database's tables up to this release: numbered SQL files, each applied once and in its
 * own transaction. A file that was released is never changed; what comes later is a new one.
 */
final class Migrations {
    private static final List<String> FILES =
            List.of("001-first.sql", "002-clock.sql", "003-series-by-block.sql");

    private Migrations() {}

    static void apply(Writer writer) throws SQLException, DatabaseException {
        writer.statements()
                .change(
                        "create table if not exists schema_version (version integer not null primary key)");
        int version =
                writer.statements()
                        .one(
                                "select coalesce(max(version), 0) from schema_version",
                                r -> r.getInt(1))
                        .orElse(0);
        if (version > FILES.size()) {
            throw new DatabaseException(
                    "the database has schema version %d, but this release knows %d; start the newer release, or another data directory"
                            .formatted(version, FILES.size()));
        }
        for (int i = version; i < FILES.size(); i++) {
            apply(writer, i + 1, FILES.get(i));
        }
    }

    private static void apply(Writer writer, int version, String file) throws SQLException {
        writer.begin();
        for (var sql : dialect(read(file)).split(";", -1)) {
            if (!sql.isBlank()) {
                writer.statements().change(sql);
            }
        }
        writer.statements().change("insert into schema_version (version) values (?)", version);
        writer.commit();
    }

    /** The few words that databases do not share. */
    private static String dialect(String sql) {
        return sql.replaceAll("(?m)--.*$", "")
                .replace("${bytes}", "blob")
                .replace("${clustered}", "without rowid");
    }

    private static String read(String file) {
        try (var in = Migrations.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its resource " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + file, e);
        }
    }
}
