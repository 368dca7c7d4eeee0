package io.drme.bench;

import io.drme.model.Batch;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** SQLite with a write-ahead log and synchronous=FULL: a transaction a scan. */
final class SqliteLog implements LogSide {
    private final String url;
    private final Connection connection;
    private final PreparedStatement insert;

    SqliteLog(Path folder) throws SQLException {
        url = "jdbc:sqlite:" + folder.resolve("samples.db");
        connection = DriverManager.getConnection(url);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode=WAL");
            statement.execute("PRAGMA synchronous=FULL");
            statement.execute(
                    "CREATE TABLE sample (tag INTEGER, time INTEGER, value REAL, quality INTEGER)");
        }
        connection.setAutoCommit(false);
        insert = connection.prepareStatement("INSERT INTO sample VALUES (?, ?, ?, ?)");
    }

    @Override
    public String name() {
        return "sqlite-full";
    }

    @Override
    public void commit(Batch scan) throws SQLException {
        for (int i = 0; i < scan.size(); i++) {
            insert.setInt(1, scan.tags()[i]);
            insert.setLong(2, scan.sourceTimes()[i]);
            insert.setDouble(3, scan.doubleAt(i));
            insert.setInt(4, scan.qualities()[i]);
            insert.addBatch();
        }
        insert.executeBatch();
        connection.commit();
    }

    @Override
    public Content readBack() throws SQLException {
        try (var again = DriverManager.getConnection(url);
                var statement = again.createStatement();
                var result = statement.executeQuery("SELECT count(*), sum(value) FROM sample")) {
            result.next();
            return new Content(result.getLong(1), result.getDouble(2));
        }
    }

    @Override
    public void close() throws SQLException {
        insert.close();
        connection.close();
    }
}
