package io.drme.cloud.store;

import io.drme.time.Clock;
import io.drme.web.KeptText;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * A small text in the database, so that all members of a centre have the same. What another member
 * changed is seen within {@link #FRESH}.
 */
public final class SharedText implements KeptText {
    /** How long what was read is taken for what is there: each request asks for it. */
    static final Duration FRESH = Duration.ofSeconds(1);

    private final Database database;
    private final String name;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}. */
    private String text = "";

    /** Guarded by {@link #lock}. */
    private long readAtNanos;

    /** Guarded by {@link #lock}. */
    private boolean isRead;

    /** The text of a name, which need not be there yet. */
    public SharedText(Database database, String name, Clock clock) {
        this.database = database;
        this.name = name;
        this.clock = clock;
    }

    @Override
    public String read() throws IOException {
        lock.lock();
        try {
            boolean isFresh = isRead && clock.nanoTime() - readAtNanos < FRESH.toNanos();
            return isFresh ? text : fetched();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String readNow() throws IOException {
        lock.lock();
        try {
            return fetched();
        } finally {
            lock.unlock();
        }
    }

    private String fetched() throws IOException {
        var found = new ArrayList<String>();
        try {
            database.each(
                    "select body from document where name = ?",
                    r -> r.getString(1),
                    found::add,
                    name);
        } catch (DatabaseException e) {
            throw new IOException(e.getMessage(), e);
        }
        note(found.isEmpty() ? "" : found.getFirst());
        return text;
    }

    private void note(String now) {
        // the same object while it is the same text
        text = now.equals(text) ? text : now;
        readAtNanos = clock.nanoTime();
        isRead = true;
    }

    @Override
    public void update(UnaryOperator<String> change) throws IOException {
        lock.lock();
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
            note(after);
        } catch (SQLException | DatabaseException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "the database's text '" + name + "'";
    }
}
