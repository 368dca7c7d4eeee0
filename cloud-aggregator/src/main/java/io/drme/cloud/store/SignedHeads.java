package io.drme.cloud.store;

import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.ChainHeads;
import io.drme.sync.Seal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;

/** The signed ends of chains as a row: {@code stream sequence hash} a line, in the order signed. */
final class SignedHeads {
    /** What {@link #read} takes. */
    static final String COLUMNS = "gateway_time, heads, seal";

    private SignedHeads() {}

    static String text(ChainHeads heads) {
        var text = new StringBuilder();
        for (var head : heads.heads()) {
            text.append("%d %d %s%n".formatted(head.stream().code(), head.sequence(), head.hash()));
        }
        return text.toString();
    }

    static ChainHeads read(ResultSet row) throws SQLException {
        var heads = new ArrayList<ChainHeads.Head>();
        for (var line : row.getString(2).lines().toList()) {
            var words = line.split(" ", -1);
            heads.add(
                    new ChainHeads.Head(
                            StreamKind.ofCode(Integer.parseInt(words[0])),
                            Long.parseLong(words[1]),
                            ChainHash.parse(words[2])));
        }
        return new ChainHeads(row.getLong(1), heads, Seal.of(row.getBytes(3)));
    }
}
