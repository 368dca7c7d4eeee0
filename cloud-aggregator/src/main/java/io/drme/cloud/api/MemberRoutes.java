package io.drme.cloud.api;

import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.MemberState;
import io.drme.cloud.grid.Neighbours;
import io.drme.time.Clock;
import io.drme.web.Api;
import io.drme.web.Page;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The members of the centre as the one that is asked sees them, with what that stands on. */
public final class MemberRoutes {
    /** The list of members; answered also by one that must not answer for the others. */
    public static final String PATH = "/api/v1/members";

    private static final double NANOS_PER_SECOND = 1e9;

    private static final Schema ITEM =
            Schema.object(
                    Schema.field("address", Schema.text("where the others reach it; its name")),
                    Schema.field("state", Schema.text("up, trouble, or missing")),
                    Schema.field("why", Schema.text("what is wrong; empty while all is well")),
                    Schema.field("asked", Schema.bool("whether it is the one that answers")),
                    Schema.field("first", Schema.bool("whether it looks after the fleet's alarms")),
                    Schema.optional("told", Schema.time("when it said last how it is")),
                    Schema.optional("started", Schema.time("when it started")),
                    Schema.optional("web", Schema.text("its page and REST")),
                    Schema.optional("mqttPort", Schema.integer("where its gateways connect")),
                    Schema.optional("version", Schema.text("its release")),
                    Schema.optional("connections", Schema.integer("of gateways, two each")),
                    Schema.optional("messages", Schema.integer("that came in since its start")),
                    Schema.optional(
                            "notStored", Schema.integer("messages that the database did not take")),
                    Schema.optional("heapUsed", Schema.integer("bytes")),
                    Schema.optional("heapMost", Schema.integer("bytes that it may take")));

    private final Member member;
    private final Neighbours neighbours;
    private final Clock clock;

    private MemberRoutes(Member member, Neighbours neighbours, Clock clock) {
        this.member = member;
        this.neighbours = neighbours;
        this.clock = clock;
    }

    /** Adds the route. */
    public static void add(Api api, Member member, Neighbours neighbours, Clock clock) {
        api.add(
                Route.get(PATH, Rule.VIEWER, "The members of the centre and how they are")
                        .paged()
                        .answers(Schema.page(ITEM)),
                new MemberRoutes(member, neighbours, clock)::list);
    }

    private Reply list(Request request) {
        var said = new HashMap<String, MemberState>();
        neighbours.states().forEach(s -> said.put(s.address(), s));
        var inSight = member.inSight();
        var all = new TreeSet<>(inSight);
        all.addAll(member.configured());
        var tooFew = member.tooFew().orElse("");
        return Reply.page(
                Page.ofSorted(
                        request,
                        all.stream(),
                        address -> address,
                        address -> item(address, inSight, said, tooFew)));
    }

    private JsonObject item(
            String address,
            Iterable<String> inSight,
            Map<String, MemberState> said,
            String tooFew) {
        var seen = new java.util.LinkedHashSet<String>();
        inSight.forEach(seen::add);
        boolean isAsked = address.equals(member.address());
        boolean isMissing = !seen.contains(address);
        var state = said.get(address);
        var why =
                isMissing ? absence(state) : isAsked && !tooFew.isEmpty() ? tooFew : trouble(state);
        var json =
                new JsonObject()
                        .put("address", address)
                        .put("state", isMissing ? "missing" : why.isEmpty() ? "up" : "trouble")
                        .put("why", why)
                        .put("asked", isAsked)
                        .put("first", isFirst(address, seen));
        return state == null ? json : evidence(json, state);
    }

    private static boolean isFirst(String address, Set<String> seen) {
        return seen.stream().findFirst().filter(address::equals).isPresent();
    }

    private static String trouble(@Nullable MemberState state) {
        return state == null ? "it has not said yet how it is" : state.trouble();
    }

    private String absence(@Nullable MemberState state) {
        return state == null
                ? "this member has not seen it since its start; look at its process and the network between them"
                : "this member does not see it; it said last how it is %.0f s ago. Look at its process and the network between them"
                        .formatted((clock.epochNanos() - state.toldNanos()) / NANOS_PER_SECOND);
    }

    private static JsonObject evidence(JsonObject json, MemberState s) {
        return json.put("told", Times.text(s.toldNanos()))
                .put("started", Times.text(s.startedNanos()))
                .put("web", s.web())
                .put("mqttPort", s.mqttPort())
                .put("version", s.version())
                .put("connections", s.connections())
                .put("messages", s.messages())
                .put("notStored", s.notStored())
                .put("heapUsed", s.heapUsed())
                .put("heapMost", s.heapMost());
    }
}
