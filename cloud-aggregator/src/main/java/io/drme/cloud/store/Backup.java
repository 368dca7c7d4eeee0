package io.drme.cloud.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A database as one file, the same from SQLite and from PostgreSQL; docs/cloud.md tells its form.
 *
 * <p>It is one moment of the database, whoever writes meanwhile, and is restored whole or not at
 * all. Each call belongs to one thread, and takes as long as there are rows.
 */
public final class Backup {
    private static final String MAGIC = "drme-backup 1";
    private static final int NULL = 0;
    private static final int INTEGER = 1;
    private static final int REAL = 2;
    private static final int TEXT = 3;
    private static final int BYTES = 4;
    private static final int ROW = 1;
    private static final int END = 0;

    /** Longest text or bytes of a column: a claim beyond is damage. */
    private static final int MOST_BYTES = 1 << 28;

    private static final int MOST_COLUMNS = 1_000;
    private static final int BATCH = 500;

    /** To which the others refer, in the order in which they have to be there. */
    private static final List<String> FIRST = List.of("gateway", "epoch", "item", "series");

    private Backup() {}

    /** A backup that can't be restored, with the reason and what to do. */
    public static final class BadBackupException extends Exception {
        @java.io.Serial private static final long serialVersionUID = 1;

        BadBackupException(String message) {
            super(message);
        }
    }

    /**
     * What a backup holds.
     *
     * @param rows of each table
     * @param files small files that went with the database, by name
     */
    public record Content(Map<String, Long> rows, Map<String, String> files) {
        /** Rows of all tables. */
        public long total() {
            return rows.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Writes one moment of a database, which may be in use.
     *
     * @param files small texts that go with it, by name
     * @throws DatabaseException when the database fails
     */
    public static Content write(Database database, Map<String, String> files, OutputStream to)
            throws DatabaseException, IOException {
        var crc = new CRC32C();
        var zip = new GZIPOutputStream(new BufferedOutputStream(to, 1 << 16), 1 << 16);
        var out = new DataOutputStream(new CheckedOutputStream(zip, crc));
        var rows = new TreeMap<String, Long>();
        try (var writer = database.openWriter(Dialect.Role.RECORDS)) {
            var dialect = writer.dialect();
            var statements = writer.statements();
            dialect.beginSnapshot(statements);
            out.writeUTF(MAGIC);
            out.writeInt(version(statements));
            out.writeInt(files.size());
            for (var file : files.entrySet()) {
                out.writeUTF(file.getKey());
                putBytes(file.getValue().getBytes(StandardCharsets.UTF_8), out);
            }
            for (var table : tables(statements)) {
                out.writeByte(ROW);
                rows.put(table, table(statements, table, out));
            }
            out.writeByte(END);
            dialect.rollBack(statements);
        } catch (SQLException e) {
            throw new DatabaseException("the database can't be read: " + e.getMessage(), e);
        }
        out.writeInt((int) crc.getValue());
        zip.finish();
        zip.flush();
        return new Content(rows, files);
    }

    private static int version(Statements statements) throws SQLException {
        return statements
                .one("select max(version) from schema_version", r -> r.getInt(1))
                .orElse(0);
    }

    private static List<String> tables(Statements statements) throws SQLException {
        var all = new ArrayList<String>();
        statements.each(statements.dialect().tables(), r -> all.add(r.getString(1)));
        all.remove("schema_version");
        all.sort(null);
        all.removeAll(FIRST);
        all.addAll(0, FIRST);
        return all;
    }

    private static long table(Statements statements, String table, DataOutputStream out)
            throws SQLException, IOException {
        out.writeUTF(table);
        long rows = 0;
        try (var statement = statements.connection().createStatement()) {
            // few at a time: a row may hold megabytes
            statement.setFetchSize(16);
            try (var found = statement.executeQuery("select * from " + table)) {
                var columns = found.getMetaData();
                int n = columns.getColumnCount();
                out.writeInt(n);
                for (int i = 1; i <= n; i++) {
                    out.writeUTF(columns.getColumnName(i));
                }
                while (found.next()) {
                    out.writeByte(ROW);
                    row(found, n, out);
                    rows++;
                }
            }
        }
        out.writeByte(END);
        return rows;
    }

    private static void row(ResultSet row, int columns, DataOutputStream out)
            throws SQLException, IOException {
        for (int i = 1; i <= columns; i++) {
            switch (row.getObject(i)) {
                case null -> out.writeByte(NULL);
                case Double d -> {
                    out.writeByte(REAL);
                    out.writeDouble(d);
                }
                case Number number -> {
                    out.writeByte(INTEGER);
                    out.writeLong(number.longValue());
                }
                case byte[] bytes -> {
                    out.writeByte(BYTES);
                    putBytes(bytes, out);
                }
                case Object text -> {
                    out.writeByte(TEXT);
                    putBytes(text.toString().getBytes(StandardCharsets.UTF_8), out);
                }
            }
        }
    }

    private static void putBytes(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /**
     * Fills an empty database, in one transaction.
     *
     * @throws BadBackupException where the file is damaged, was made by another release, or the
     *     database holds something; then nothing was changed
     */
    public static Content restore(InputStream from, Database into)
            throws BadBackupException, DatabaseException, IOException {
        try (var writer = into.openWriter(Dialect.Role.RECEIVER)) {
            writer.begin();
            boolean done = false;
            try {
                var content = restore(from, writer.statements());
                writer.commit();
                done = true;
                return content;
            } finally {
                if (!done) {
                    writer.rollBack();
                }
            }
        } catch (SQLException e) {
            throw new DatabaseException(
                    "the database can't be filled, and is as it was: " + e.getMessage(), e);
        } catch (java.io.EOFException | java.util.zip.ZipException e) {
            throw new BadBackupException(
                    "the backup is cut off or damaged (%s); take another copy of it"
                            .formatted(e.getMessage()));
        }
    }

    private static Content restore(InputStream from, Statements statements)
            throws SQLException, IOException, BadBackupException {
        var crc = new CRC32C();
        var zip = new GZIPInputStream(new BufferedInputStream(from, 1 << 16), 1 << 16);
        var in = new DataInputStream(new CheckedInputStream(zip, crc));
        if (!in.readUTF().equals(MAGIC)) {
            throw new BadBackupException(
                    "the file is no backup of a centre; give one that drme-cloud backup wrote");
        }
        int made = in.readInt();
        int here = version(statements);
        if (made != here) {
            throw new BadBackupException(
                    "the backup has schema version %d, this release %d; restore it by the release that made it, then start this one"
                            .formatted(made, here));
        }
        if (statements.one("select 1 from gateway", r -> r.getInt(1)).isPresent()) {
            throw new BadBackupException(
                    "the database already holds gateways; restore into an empty one");
        }
        var files = new TreeMap<String, String>();
        for (int i = checked(in.readInt(), MOST_COLUMNS); i > 0; i--) {
            files.put(in.readUTF(), new String(takeBytes(in), StandardCharsets.UTF_8));
        }
        var rows = new TreeMap<String, Long>();
        var known = tables(statements);
        while (in.readByte() == ROW) {
            var table = in.readUTF();
            if (!known.contains(table)) {
                throw new BadBackupException(
                        "the backup has a table '%s' that this release has not".formatted(table));
            }
            rows.put(table, fill(table, in, statements));
            statements.dialect().numberOn(statements, table);
        }
        int expected = (int) crc.getValue();
        if (in.readInt() != expected) {
            throw new BadBackupException(
                    "the backup is damaged: its checksum does not match; take another copy of it");
        }
        return new Content(rows, files);
    }

    private static long fill(String table, DataInputStream in, Statements statements)
            throws IOException, SQLException, BadBackupException {
        statements.change("delete from " + table);
        int columns = checked(in.readInt(), MOST_COLUMNS);
        var names = new ArrayList<String>();
        for (int i = 0; i < columns; i++) {
            var name = in.readUTF();
            if (!name.matches("[a-z_]+")) {
                throw new BadBackupException(
                        "the backup is damaged: a column '%s'".formatted(name));
            }
            names.add(name);
        }
        var sql =
                "insert into %s (%s) values (%s)"
                        .formatted(
                                table,
                                String.join(", ", names),
                                String.join(", ", names.stream().map(_ -> "?").toList()));
        long rows = 0;
        while (in.readByte() == ROW) {
            var values = new @Nullable Object[columns];
            for (int i = 0; i < columns; i++) {
                values[i] = value(in);
            }
            statements.put(sql, values);
            if (++rows % BATCH == 0) {
                statements.changeAll(sql);
            }
        }
        statements.changeAll(sql);
        return rows;
    }

    private static @Nullable Object value(DataInputStream in)
            throws IOException, BadBackupException {
        return switch (in.readByte()) {
            case NULL -> null;
            case INTEGER -> in.readLong();
            case REAL -> in.readDouble();
            case TEXT -> new String(takeBytes(in), StandardCharsets.UTF_8);
            case BYTES -> takeBytes(in);
            default ->
                    throw new BadBackupException(
                            "the backup is damaged: a value of no known kind; take another copy of it");
        };
    }

    private static byte[] takeBytes(DataInputStream in) throws IOException, BadBackupException {
        return in.readNBytes(checked(in.readInt(), MOST_BYTES));
    }

    private static int checked(int claimed, int most) throws BadBackupException {
        if (claimed < 0 || claimed > most) {
            throw new BadBackupException(
                    "the backup is damaged: it claims %d where at most %d can be; take another copy of it"
                            .formatted(claimed, most));
        }
        return claimed;
    }
}
