package io.drme.cloud.sql;

import io.drme.cloud.grid.SqlGrid.Column;
import io.drme.cloud.grid.SqlGrid.Kind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What SQL can see: tables by their names, with their columns in order. */
final class Tables {
    static final Map<String, List<Column>> ALL =
            new TreeMap<>(
                    Map.of(
                            "gateways",
                                    List.of(
                                            text("gateway"),
                                            text("site"),
                                            text("state"),
                                            text("why"),
                                            time("last_seen"),
                                            real("lag_seconds"),
                                            whole("pending_samples"),
                                            real("autonomy_hours"),
                                            whole("open_alarms"),
                                            text("version")),
                            "latest",
                                    List.of(
                                            text("gateway"),
                                            text("site"),
                                            text("device"),
                                            text("tag"),
                                            real("value_number"),
                                            text("value_text"),
                                            text("quality"),
                                            text("reason"),
                                            text("unit"),
                                            time("source_time"),
                                            time("since_time")),
                            "rollups",
                                    List.of(
                                            text("gateway"),
                                            text("site"),
                                            text("device"),
                                            text("tag"),
                                            text("unit"),
                                            time("step_start"),
                                            whole("samples"),
                                            real("lowest"),
                                            real("highest"),
                                            real("average")),
                            "alarms",
                                    List.of(
                                            text("id"),
                                            text("gateway"),
                                            text("site"),
                                            text("name"),
                                            text("tag"),
                                            text("state"),
                                            text("priority"),
                                            text("message"),
                                            time("raised_at"),
                                            time("cleared_at"),
                                            time("acknowledged_at"),
                                            text("acknowledged_by")),
                            "events",
                                    List.of(
                                            text("gateway"),
                                            text("site"),
                                            text("type"),
                                            time("happened_at"),
                                            text("detail"))));

    private Tables() {}

    private static Column text(String name) {
        return new Column(name, Kind.TEXT);
    }

    private static Column whole(String name) {
        return new Column(name, Kind.WHOLE);
    }

    private static Column real(String name) {
        return new Column(name, Kind.REAL);
    }

    private static Column time(String name) {
        return new Column(name, Kind.TIME);
    }
}
