package io.drme.cloud.api;

import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.Fleet.FleetLatest;
import io.drme.cloud.query.Fleet.FleetTag;
import io.drme.cloud.query.Selection;
import io.drme.cloud.store.BlockStore.DeviceRow;
import io.drme.cloud.store.TagSearch;
import io.drme.model.Reading;
import io.drme.model.Value;
import io.drme.model.Values;
import io.drme.web.Api;
import io.drme.web.DeviceItem;
import io.drme.web.LatestItem;
import io.drme.web.Page;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the fleet has and how it is now: tags, newest values, devices, findings. */
final class FleetRoutes {
    private static final double NANOS_PER_SECOND = 1e9;

    private static final Schema TAG =
            Schema.object(
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("tag", Schema.text("device/path")),
                    Schema.field("type", Schema.text("boolean, int64, float64 or text")),
                    Schema.optional("unit", Schema.text("UCUM")),
                    Schema.field("device", Schema.text("the device it is read from")),
                    Schema.field(
                            "driver",
                            Schema.text("modbus, opcua, gpio, …; pipeline where derived")),
                    Schema.field("sync", Schema.text("raw, aggregate or local")),
                    Schema.field("deadband", Schema.number("changes within it are not recorded")),
                    Schema.optional("poll", Schema.text("from one reading to the next, as in 1s")),
                    Schema.optional("low", Schema.number("lower end of the range")),
                    Schema.optional("high", Schema.number("upper end of the range")));

    private static final Schema FINDING =
            Schema.object(
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field(
                            "kind",
                            Schema.text(
                                    "quarantined, forked, clone, dropped, damaged, key-changed, bad-signature or head-differs")),
                    Schema.field("detail", Schema.text("what was found")),
                    Schema.field("at", Schema.time("when")));

    /** The most that can be asked for as the highest or lowest. */
    private static final int MOST_TOP = 1_000;

    private final Fleet fleet;

    FleetRoutes(Fleet fleet) {
        this.fleet = fleet;
    }

    void addTo(Api api) {
        api.add(
                Questions.selecting(
                                Route.get(
                                        "/api/v1/tags",
                                        Rule.VIEWER,
                                        "Lists the tags with type, unit and source"))
                        .query(
                                "text",
                                "words",
                                "only those whose gateway/device/path holds all of them")
                        .paged()
                        .answers(Schema.page(TAG)),
                this::tags);
        api.add(
                Questions.selecting(
                                Route.get(
                                        "/api/v1/latest",
                                        Rule.VIEWER,
                                        "The newest value of each tag"))
                        .query(
                                "top",
                                "-%1$d to %1$d".formatted(MOST_TOP),
                                "only so many with the highest values; negative: the lowest")
                        .paged()
                        .answers(Schema.page(LatestItem.SCHEMA)),
                this::latest);
        api.add(
                Questions.selecting(
                                Route.get(
                                        "/api/v1/devices",
                                        Rule.VIEWER,
                                        "Lists the devices with their states"))
                        .paged()
                        .answers(Schema.page(DeviceItem.SCHEMA)),
                this::devices);
        api.add(
                Questions.selecting(
                                Route.get(
                                        "/api/v1/findings",
                                        Rule.VIEWER,
                                        "What the centre noticed about its gateways, newest first"))
                        .paged()
                        .answers(Schema.page(FINDING)),
                this::findings);
    }

    static String seconds(double seconds) {
        return String.format(
                java.util.Locale.ROOT, Math.abs(seconds) < 10 ? "%.1fs" : "%.0fs", seconds);
    }

    static @Nullable String time(long nanos) {
        return nanos == 0 ? null : Times.text(nanos);
    }

    private Reply tags(Request request) {
        var selection = Questions.selection(request);
        var words = Questions.words(request);
        if (!words.isEmpty()) {
            return found(request, selection, words);
        }
        return Reply.page(
                Page.ofSorted(
                        request,
                        Questions.ask(() -> fleet.tags(selection)).stream(),
                        t -> t.gateway() + " " + t.tag().name(),
                        FleetRoutes::tag));
    }

    /** What is searched is paged by the database, so that a million tags are not read for ten. */
    private Reply found(Request request, Selection selection, List<String> words) {
        int limit = request.limit();
        var after = request.cursor().map(FleetRoutes::place);
        var tags = Questions.ask(() -> fleet.search(selection, words, after, limit + 1));
        boolean more = tags.size() > limit;
        var shown = more ? tags.subList(0, limit) : tags;
        return Reply.page(
                new Page(
                        shown.stream().map(FleetRoutes::tag).toList(),
                        more
                                ? shown.getLast().gateway() + " " + shown.getLast().tag().name()
                                : null));
    }

    private static TagSearch.Place place(String cursor) {
        int blank = cursor.indexOf(' ');
        if (blank < 0) {
            throw Problem.badParameter(
                            "cursor",
                            "this is no cursor of a search",
                            "the 'next' of the page before, unchanged")
                    .asException();
        }
        return new TagSearch.Place(cursor.substring(0, blank), cursor.substring(blank + 1));
    }

    private static JsonObject tag(FleetTag found) {
        var tag = found.tag();
        return new JsonObject()
                .put("gateway", found.gateway())
                .put("tag", tag.name())
                .put("type", tag.type().name().toLowerCase(java.util.Locale.ROOT))
                .put("unit", tag.unit().isEmpty() ? null : tag.unit())
                .put("device", tag.device())
                .put("driver", tag.driver())
                .put("sync", tag.sync())
                .put("deadband", tag.deadband())
                .put(
                        "poll",
                        tag.pollNanos() == 0 ? null : seconds(tag.pollNanos() / NANOS_PER_SECOND))
                .put("low", tag.low())
                .put("high", tag.high());
    }

    private Reply latest(Request request) {
        var selection = Questions.selection(request);
        var top = request.integer("top", -MOST_TOP, MOST_TOP);
        if (top.isPresent()) {
            return top(Questions.ask(() -> fleet.latest(selection)), top.getAsLong());
        }
        return Reply.page(
                Page.ofSorted(
                        request,
                        Questions.ask(() -> fleet.latest(selection)).stream(),
                        l -> l.gateway() + " " + l.row().tag(),
                        l -> item(l).toJson()));
    }

    /** The highest values, or by a negative number the lowest; what has no number is left out. */
    private static Reply top(List<FleetLatest> all, long top) {
        Comparator<FleetLatest> byNumber = Comparator.comparingDouble(l -> number(l));
        return Reply.page(
                Page.all(
                        all.stream()
                                .filter(l -> !Double.isNaN(number(l)))
                                .sorted(top > 0 ? byNumber.reversed() : byNumber)
                                .limit(Math.abs(top))
                                .map(l -> item(l).toJson())
                                .toList()));
    }

    private static double number(FleetLatest latest) {
        return switch (latest.row().reading()) {
            case Reading.Good(var value) -> number(value);
            case Reading.Uncertain(var value, _) -> number(value);
            case Reading.Bad _ -> Double.NaN;
        };
    }

    private static double number(Value value) {
        return Values.asDouble(value.type(), Values.bits(value));
    }

    /** A row of the grid as the page and REST show it. */
    static LatestItem item(FleetLatest latest) {
        var row = latest.row();
        var good = row.lastGood();
        return new LatestItem(
                latest.gateway(),
                row.tag(),
                row.reading(),
                row.sinceNanos(),
                row.sourceTime(),
                row.gatewayTime(),
                latest.unit(),
                good == null ? null : new LatestItem.LastGood(good, row.lastGoodNanos()));
    }

    private Reply devices(Request request) {
        return Reply.page(
                Page.ofSorted(
                        request,
                        Questions.ask(() -> fleet.devices(Questions.selection(request))).stream(),
                        d -> d.gateway() + " " + d.device(),
                        FleetRoutes::device));
    }

    private static JsonObject device(DeviceRow row) {
        return new DeviceItem(
                        row.gateway(),
                        row.device(),
                        row.driver(),
                        row.state(),
                        row.reason(),
                        row.lastGood() == 0 ? null : row.lastGood(),
                        row.lastError().isEmpty() ? null : row.lastError(),
                        null)
                .toJson();
    }

    private Reply findings(Request request) {
        int most = Page.MAX_LIMIT;
        return Reply.page(
                Page.ofSorted(
                        request,
                        Questions.ask(() -> fleet.findings(Questions.selection(request), most))
                                .stream(),
                        f -> "%019d".formatted(Long.MAX_VALUE - f.id()),
                        f ->
                                new JsonObject(
                                        Map.of(
                                                "gateway", f.gateway(),
                                                "kind", f.kind(),
                                                "detail", f.detail(),
                                                "at", Times.text(f.foundNanos())))));
    }
}
