package io.drme.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedCollection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lists by RFC 4180, with a heading; what is nested stands as JSON in its cell. */
public final class Csv {
    /** As clients ask for it and get it. */
    public static final String MEDIA_TYPE = "text/csv";

    private static final String NEW_LINE = "\r\n";

    private Csv() {}

    /** A page as a client takes it that wants CSV; where it goes on stands in the header link. */
    static Reply of(Page page, Route route, Request request) {
        var columns = new LinkedHashSet<String>();
        page.items().forEach(item -> columns.addAll(item.fieldNames()));
        var answer = route.answer();
        if (columns.isEmpty() && answer != null) {
            columns.addAll(answer.itemFieldNames());
        }
        var reply = of(columns, page.items());
        var next = page.next();
        return next == null
                ? reply
                : reply.header(
                        "link",
                        "<%s>; rel=\"next\""
                                .formatted(request.queryWith("cursor", Cursor.pack(next))));
    }

    /** Rows with these columns. */
    public static Reply of(SequencedCollection<String> columns, List<JsonObject> rows) {
        var text = new StringBuilder(line(columns.stream().toList()));
        for (var row : rows) {
            text.append(line(columns.stream().map(c -> cell(row.getValue(c))).toList()));
        }
        return Reply.text(MEDIA_TYPE + "; charset=utf-8; header=present", text.toString());
    }

    private static String line(List<String> cells) {
        return cells.stream().map(Csv::quoted).collect(Collectors.joining(",")) + NEW_LINE;
    }

    private static String cell(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case JsonObject object -> object.encode();
            case JsonArray array -> array.encode();
            default -> value.toString();
        };
    }

    /** A cell, in quotes where it needs them. */
    public static String quoted(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
