package io.drme.edge.web;

import io.drme.edge.acquisition.LatestSnapshot;
import io.drme.history.ClockLine;
import io.drme.model.Glob;
import io.drme.model.Reading;
import io.drme.model.Values;
import io.drme.web.Api;
import io.drme.web.LatestItem;
import io.drme.web.Page;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@code /api/v1/tags} and {@code /api/v1/latest}, and the items that the live feed sends. */
final class ValueRoutes {
    private static final Schema TAG =
            Schema.object(
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("tag", Schema.text("device/path")),
                    Schema.field("type", Schema.text("boolean, int64, float64 or text")),
                    Schema.optional("unit", Schema.text("UCUM")),
                    Schema.field(
                            "device", Schema.text("the device, or the pipeline that derives it")),
                    Schema.field("source", Schema.text("the driver's name, or pipeline")),
                    Schema.field("sync", Schema.text("raw, local, or aggregate")));

    private static final long EPOCH = ClockLine.ONLY_EPOCH;

    private final GatewayParts parts;

    ValueRoutes(GatewayParts parts) {
        this.parts = parts;
    }

    void addTo(Api api) {
        api.add(
                Route.get("/api/v1/tags", Rule.VIEWER, "All tags with type, unit and source")
                        .query("match", "glob", "over gateway/device/path; all where not given")
                        .paged()
                        .answers(Schema.page(TAG)),
                this::tags);
        api.add(
                Route.get("/api/v1/latest", Rule.VIEWER, "The newest reading of each tag")
                        .query("match", "glob", "over gateway/device/path; all where not given")
                        .paged()
                        .answers(Schema.page(LatestItem.SCHEMA)),
                this::latest);
    }

    private Reply tags(Request request) {
        var glob = request.glob("match");
        return Reply.page(
                Page.ofSorted(
                        request,
                        parts.sources().get().stream()
                                .filter(t ->
                                        glob.matches(parts.gateway() + "/" + t.getString("tag"))),
                        t -> t.getString("tag"),
                        JsonObject::copy));
    }

    private Reply latest(Request request) {
        return Reply.page(
                Page.ofSorted(
                        request,
                        items(request.glob("match")),
                        LatestItem::tag,
                        LatestItem::toJson));
    }

    /** The newest reading of each matching tag, by name. */
    List<LatestItem> snapshot(Glob glob) {
        return items(glob).toList();
    }

    private Stream<LatestItem> items(Glob glob) {
        var now = parts.acquisition().latest();
        var clock = parts.recorder().clock();
        // A tag that left the configuration keeps its place in the table, for its past.
        var present = new HashSet<String>();
        parts.sources().get().forEach(t -> present.add(t.getString("tag")));
        return IntStream.range(0, now.table().size())
                .filter(i -> present.contains(now.table().get(i).name().text()))
                .filter(i -> glob.matches(parts.gateway() + "/" + now.table().get(i).name()))
                .mapToObj(i -> item(parts.gateway(), clock, now, i))
                .sorted((a, b) -> a.tag().compareTo(b.tag()));
    }

    static LatestItem item(String gateway, ClockLine clock, LatestSnapshot now, int index) {
        var tag = now.table().get(index);
        long stamp = now.gatewayTime(index);
        long source = now.sourceTime(index);
        Reading reading = clock.correct(EPOCH, stamp, source, now.reading(index));
        var lastGood =
                now.lastGoodTime(index) == 0
                        ? null
                        : new LatestItem.LastGood(
                                Values.of(tag.type(), now.lastGoodBits(index), now.text(index)),
                                clock.earlierTime(EPOCH, stamp, now.lastGoodTime(index)));
        return new LatestItem(
                gateway,
                tag.name().text(),
                reading,
                clock.earlierTime(EPOCH, stamp, now.since(index)),
                clock.sourceTime(EPOCH, stamp, source),
                clock.readable(EPOCH, stamp),
                tag.unit(),
                lastGood);
    }
}
