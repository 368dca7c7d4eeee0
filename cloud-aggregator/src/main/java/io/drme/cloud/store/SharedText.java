package io.drme.cloud.store;

import io.drme.time.Clock;
import io.drme.web.KeptText;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.UnaryOperator;

/**
 * A small text in the database, so that all members of a centre have the same. What another member
 * changed is seen within {@link #FRESH}. While the database is away, requests that ask for it share
 * one look at it.
 */
public final class SharedText implements KeptText {
    /** How long what was read is taken for what is there: each request asks for it. */
    static final Duration FRESH = Duration.ofSeconds(1);

    private final Database database;
    private final String name;
    private final Fresh<String> fresh;

    /** The text of a name, which need not be there yet. */
    public SharedText(Database database, String name, Clock clock) {
        this.database = database;
        this.name = name;
        this.fresh = new Fresh<>(clock, FRESH, this::fetched);
    }

    @Override
    public String read() throws IOException {
        try {
            return fresh.get();
        } catch (DatabaseException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public String readNow() throws IOException {
        try {
            return fresh.now();
        } catch (DatabaseException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private String fetched() throws DatabaseException {
        var found = new ArrayList<String>();
        database.each(
                "select body from document where name = ?", r -> r.getString(1), found::add, name);
        return found.isEmpty() ? "" : found.getFirst();
    }

    @Override
    public void update(UnaryOperator<String> change) throws IOException {
        try {
            fresh.change(() -> changed(change));
        } catch (DatabaseException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private String changed(UnaryOperator<String> change) throws DatabaseException {
        try (var writer = database.openWriter(Dialect.Role.RECORDS)) {
            writer.begin();
            var statements = writer.statements();
            // nobody else changes it between what is read here and what is written
            writer.dialect().own(statements, "document " + name);
            var before =
                    statements.one(
                            "select body from document where name = ?", r -> r.getString(1), name);
            var after = change.apply(before.orElse(""));
            if (!after.equals(before.orElse(""))) {
                statements.change(
                        "insert into document (name, body) values (?, ?) on conflict (name) do update set body = excluded.body",
                        name,
                        after);
            }
            writer.commit();
            return after;
        } catch (SQLException e) {
            throw new DatabaseException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public String toString() {
        return "the database's text '" + name + "'";
    }
}
