package io.drme.demo;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The live counts over all gateways: what a gateway has read and still holds comes from the gateway
 * itself, so that it goes on counting while the line is cut; what is stored comes from the centre.
 */
final class Counts {
    private final Side centre;
    private final List<Side> gateways;

    /** One program that answers, and the folder with its token. */
    record Side(String gateway, String url, Path data) {}

    Counts(Side centre, List<Side> gateways) {
        this.centre = centre;
        this.gateways = List.copyOf(gateways);
    }

    /** The counts of this moment, in one line for a person. */
    String line() throws InterruptedException {
        long read = 0;
        long derived = 0;
        long filtered = 0;
        long waiting = 0;
        long local = 0;
        long stored = 0;
        int silent = 0;
        for (var gateway : gateways) {
            var own = account(gateway, gateway.gateway());
            if (own == null) {
                silent++;
                continue;
            }
            read += own.getLong("read", 0L);
            derived += own.getLong("derived", 0L);
            filtered += own.getLong("filtered", 0L);
            waiting += own.getLong("pending", 0L);
            local += own.getLong("local", 0L);
        }
        for (var gateway : gateways) {
            var held = account(centre, gateway.gateway());
            stored += held == null ? 0 : held.getLong("stored", 0L);
        }
        if (silent == gateways.size()) {
            return "the agent does not answer · centre stored %d".formatted(stored);
        }
        return "read %d · derived %d · filtered %d · waiting %d · kept on site %d · centre stored %d"
                        .formatted(read, derived, filtered, waiting, local, stored)
                + (silent > 0 ? " · %d agents do not answer".formatted(silent) : "");
    }

    /** The centre's account of one gateway; null before it has one. */
    @Nullable JsonObject atCentre(String gateway) throws InterruptedException {
        return account(centre, gateway);
    }

    private static @Nullable JsonObject account(Side side, String gateway)
            throws InterruptedException {
        try (var program = Connection.find(side.url(), side.data(), Map.of())) {
            return program.get("/api/v1/reconcile", Map.of("gateway", gateway));
        } catch (CommandException _) {
            return null;
        }
    }
}
