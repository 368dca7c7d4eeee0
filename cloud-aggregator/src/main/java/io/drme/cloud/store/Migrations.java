package io.drme.cloud.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;

/**
 * Brings a database's tables up to this release: numbered SQL files, each applied once and in its
 * own transaction. A file that was released is never changed; what comes later is a new one.
 */
final class Migrations {
    private static final int DIGITS = 3;

    private Migrations() {}

    /**
     * Applies what is missing.
     *
     * @throws DatabaseException where a newer release has been here
     */
    static void apply(Writer writer) throws SQLException, DatabaseException {
        while (applyNext(writer)) {
            // each in its own transaction, whoever else does the same at this moment
        }
    }

    /**
     * Looks whether nothing is missing, and changes nothing.
     *
     * @throws DatabaseException where the tables are not those of this release
     */
    static void check(Writer writer) throws SQLException, DatabaseException {
        var dialect = writer.dialect();
        var statements = writer.statements();
        int newest = version(dialect.migrations().getLast());
        dialect.beginSnapshot(statements);
        var tables = new ArrayList<String>();
        statements.each(dialect.tables(), r -> tables.add(r.getString(1)));
        int version = tables.contains("schema_version") ? version(statements) : 0;
        dialect.rollBack(statements);
        if (version != newest) {
            throw new DatabaseException(
                    "the database has schema version %d, but this release has %d; %s"
                            .formatted(
                                    version,
                                    newest,
                                    version > newest
                                            ? "use the newer release, which wrote it"
                                            : "use the release whose centre runs on it, or start a centre of this release on it first, which brings it up"));
        }
    }

    private static int version(Statements statements) throws SQLException {
        return statements
                .one("select coalesce(max(version), 0) from schema_version", r -> r.getInt(1))
                .orElse(0);
    }

    private static boolean applyNext(Writer writer) throws SQLException, DatabaseException {
        var dialect = writer.dialect();
        var statements = writer.statements();
        int newest = version(dialect.migrations().getLast());
        writer.begin();
        dialect.ownSchema(statements);
        statements.change(
                "create table if not exists schema_version (version integer not null primary key)");
        int version = version(statements);
        if (version > newest) {
            throw new DatabaseException(
                    "the database has schema version %d, but this release knows %d; start the newer release, or take another database"
                            .formatted(version, newest));
        }
        var next = dialect.migrations().stream().filter(f -> version(f) > version).findFirst();
        if (next.isPresent()) {
            dialect.beAlone(statements);
            for (var sql : read(next.get()).replaceAll("(?m)--.*$", "").split(";", -1)) {
                if (!sql.isBlank()) {
                    statements.change(dialect.ddl(sql));
                }
            }
            statements.change(
                    "insert into schema_version (version) values (?)", version(next.get()));
        }
        writer.commit();
        return next.isPresent();
    }

    private static int version(String file) {
        return Integer.parseInt(file.substring(0, DIGITS));
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
