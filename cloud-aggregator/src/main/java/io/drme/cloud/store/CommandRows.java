package io.drme.cloud.store;

import io.drme.model.GatewayId;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.ReceiverStore.OpenCommand;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands as rows; the event that brings the result closes a row. */
final class CommandRows {
    private static final int MAX_TEXT = 255;

    private final Statements statements;
    private final Ids ids;

    CommandRows(Statements statements, Ids ids) {
        this.statements = statements;
        this.ids = ids;
    }

    int save(GatewayId gateway, Message.Command command) throws SQLException {
        return statements.change(
                "insert into command (id, gateway_id, verb, issuer, issued_at, expires_at, arguments) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                command.id(),
                ids.gateway(gateway, command.issuedAtNanos()),
                command.verb(),
                cut(command.issuer()),
                command.issuedAtNanos(),
                command.expiresAtNanos(),
                MessageCodec.encode(command));
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }

    List<OpenCommand> open(long nowNanos) throws SQLException {
        var open = new ArrayList<OpenCommand>();
        statements.each(
                "select g.name, c.arguments from command c join gateway g on g.id = c.gateway_id where c.result is null and c.expires_at >= ? order by c.issued_at, c.id",
                r -> {
                    var gateway = new GatewayId(r.getString(1));
                    decode(r.getBytes(2))
                            .ifPresent(command -> open.add(new OpenCommand(gateway, command)));
                },
                nowNanos);
        return open;
    }

    static Optional<Message.Command> decode(byte[] message) {
        return MessageCodec.decode(message) instanceof MessageCodec.Whole(Message.Command command)
                ? Optional.of(command)
                : Optional.empty();
    }
}
