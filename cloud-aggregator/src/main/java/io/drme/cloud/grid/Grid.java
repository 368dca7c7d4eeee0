package io.drme.cloud.grid;

import com.hazelcast.map.IMap;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What the members share: newest values, states of gateways, open alarms. Everything in it can be
 * rebuilt from the store. Reading is safe from any thread; one {@link Projection} writes.
 */
public final class Grid {
    private final IMap<String, LatestTable> latest;
    private final IMap<String, TagSheet> tags;
    private final IMap<String, GatewayState> gateways;
    private final IMap<String, OpenAlarm> alarms;

    /** The grid of a member. */
    public Grid(Member member) {
        var instance = member.instance();
        latest = instance.getMap("latest");
        tags = instance.getMap("tags");
        gateways = instance.getMap("gateways");
        alarms = instance.getMap("alarms");
    }

    /** The newest values of a gateway. */
    public LatestTable latest(String gateway) {
        return Objects.requireNonNullElse(latest.get(gateway), LatestTable.EMPTY);
    }

    /** The units of a gateway's tags. */
    public TagSheet tags(String gateway) {
        return Objects.requireNonNullElse(tags.get(gateway), TagSheet.EMPTY);
    }

    /** What is known of a gateway now. */
    public GatewayState gateway(String gateway) {
        return Objects.requireNonNullElse(gateways.get(gateway), GatewayState.UNHEARD);
    }

    /** What is known of all gateways, sorted by id. */
    public Map<String, GatewayState> gateways() {
        return new TreeMap<>(gateways.getAll(gateways.keySet()));
    }

    /** Alarms that are not normal. */
    public Collection<OpenAlarm> openAlarms() {
        return List.copyOf(alarms.values());
    }

    void putLatest(String gateway, LatestTable table) {
        latest.set(gateway, table);
    }

    void putTags(String gateway, TagSheet sheet) {
        tags.set(gateway, sheet);
    }

    void putGateway(String gateway, GatewayState state) {
        gateways.set(gateway, state);
    }

    void putAlarm(OpenAlarm alarm) {
        var key = alarm.gateway() + "/" + alarm.id();
        if (alarm.state().equals("normal")) {
            alarms.delete(key);
        } else {
            alarms.set(key, alarm);
        }
    }

    void clear() {
        latest.clear();
        tags.clear();
        gateways.clear();
        alarms.clear();
    }
}
