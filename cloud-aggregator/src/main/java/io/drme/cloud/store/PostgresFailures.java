package io.drme.cloud.store;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import java.util.Set;

/** What PostgreSQL's codes mean, and what to do about them. */
final class PostgresFailures {
    /** Somebody else has a lock for longer than we wait. */
    static final String LOCK_NOT_AVAILABLE = "55P03";

    /** There is no connection any more. */
    static final String LOST = "08003";

    private static final String CONNECTION = "08";
    private static final String PASSWORD_WRONG = "28P01";
    private static final String NOT_LET_IN = "28000";
    private static final String NO_DATABASE = "3D000";
    private static final String NO_RIGHT = "42501";
    private static final String TOO_LONG = "57014";
    private static final String TOO_MANY = "53300";
    private static final String DISK_FULL = "53100";
    private static final String READ_ONLY = "25006";
    private static final Set<String> STOPPING = Set.of("57P01", "57P02", "57P03");
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01");

    private PostgresFailures() {}

    static Dialect.Failure of(SQLException e) {
        var state = state(e);
        // a server that became a standby takes no writes: another host may be the primary by now
        if (state.startsWith(CONNECTION) || STOPPING.contains(state) || state.equals(READ_ONLY)) {
            return Dialect.Failure.GONE;
        }
        return CONFLICTS.contains(state) ? Dialect.Failure.CONFLICT : Dialect.Failure.OTHER;
    }

    /** The pool's own failures name that of the driver as their cause. */
    private static SQLException root(SQLException e) {
        return e instanceof SQLTransientConnectionException
                        && e.getCause() instanceof SQLException cause
                ? cause
                : e;
    }

    private static String state(SQLException e) {
        return Objects.requireNonNullElse(root(e).getSQLState(), "");
    }

    static String advice(SQLException failure, PostgresAddress address) {
        var e = root(failure);
        var state = state(failure);
        var said = Objects.requireNonNullElse(e.getMessage(), e.toString());
        if (state.startsWith(CONNECTION) || STOPPING.contains(state)) {
            return "the server %s can't be reached: %s; start it, or look at store.url and the network%s"
                    .formatted(address.server(), said, tls(said));
        }
        return switch (state) {
            case PASSWORD_WRONG ->
                    "the server does not take the password of user %s; put the right one into store.password-file%s"
                            .formatted(
                                    address.user(),
                                    address.settings()
                                            .passwordFile()
                                            .map(f -> " (" + f + ")")
                                            .orElse(", which is not given"));
            case NOT_LET_IN ->
                    "the server does not let user %s in: %s; look at store.user and at the server's pg_hba.conf"
                            .formatted(address.user(), said);
            case NO_DATABASE ->
                    "there is no database %s on %s; make it: createdb -T template0 -E UTF8 -O %s %s"
                            .formatted(
                                    address.database(),
                                    address.server(),
                                    address.user(),
                                    address.database());
            case NO_RIGHT ->
                    "user %s lacks a right: %s; let it own the database: alter database %s owner to %s"
                            .formatted(address.user(), said, address.database(), address.user());
            case TOO_MANY ->
                    "the server has no connection left: %s; raise its max_connections"
                            .formatted(said);
            case TOO_LONG -> "the question took too long: %s; ask for less at once".formatted(said);
            case DISK_FULL -> "the server's disk is full: %s; make room there".formatted(said);
            case LOCK_NOT_AVAILABLE -> said;
            default -> said + "; look at the server's log";
        };
    }

    private static String tls(String said) {
        return said.contains("SSL") || said.contains("certificate")
                ? "; with TLS the server has to show a certificate of store.ca for this very host"
                : "";
    }
}
