package io.drme.cloud.api;

import io.drme.cloud.grid.Member;
import io.drme.cloud.store.BlockStore;
import io.drme.web.Api;
import io.drme.web.Reply;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.vertx.core.json.JsonObject;

/** What the members have together: the grid's partitions, and the store. */
public final class ClusterRoutes {
    private final Member member;
    private final BlockStore store;

    private ClusterRoutes(Member member, BlockStore store) {
        this.member = member;
        this.store = store;
    }

    /** Adds the route. */
    public static void add(Api api, Member member, BlockStore store) {
        var routes = new ClusterRoutes(member, store);
        api.add(
                Route.get(
                                "/api/v1/cluster",
                                Rule.VIEWER,
                                "What the members have together: partitions and store")
                        .answers(
                                Schema.object(
                                        Schema.field("members", Schema.integer("in sight")),
                                        Schema.field(
                                                "minimum",
                                                Schema.integer(
                                                        "in sight, below which a member takes nothing")),
                                        Schema.field(
                                                "partitions",
                                                Schema.integer("parts that the grid is cut into")),
                                        Schema.field(
                                                "backups",
                                                Schema.integer("copies of each on other members")),
                                        Schema.field(
                                                "safe",
                                                Schema.bool(
                                                        "whether all copies are where they belong")),
                                        Schema.field(
                                                "owned",
                                                Schema.map(
                                                        Schema.integer("partitions"),
                                                        "by the member that owns them")),
                                        Schema.field(
                                                "store",
                                                Schema.object(
                                                        Schema.field(
                                                                "kind",
                                                                Schema.text(
                                                                        "sqlite or postgresql")),
                                                        Schema.field(
                                                                "bytes",
                                                                Schema.integer(
                                                                        "on its disk, without its log")))))),
                _ -> routes.cluster());
    }

    private Reply cluster() {
        var partitions = member.partitions();
        var owned = new JsonObject();
        partitions.owned().forEach(owned::put);
        var size = Questions.ask(store::size);
        return Reply.json(
                new JsonObject()
                        .put("members", member.inSight().size())
                        .put("minimum", member.minimum())
                        .put("partitions", partitions.count())
                        .put("backups", member.backups())
                        .put("safe", partitions.isSafe())
                        .put("owned", owned)
                        .put(
                                "store",
                                new JsonObject()
                                        .put("kind", size.kind())
                                        .put("bytes", size.bytes())));
    }
}
