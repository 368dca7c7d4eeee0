package io.drme.driver.opcua;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads nodes as each type, and walks the address space. */
final class OpcUaCommissioning implements Commissioning {
    private static final String ADDRESS = "address";
    private static final String TYPE = "type";

    /** The state of the server, which every server has (Part 5, 12.6). */
    private static final String SERVER_STATE = "i=2259";

    /** What a person may mean, the narrower first. */
    private static final List<String> TYPES = List.of("bool", "int64", "float64", "text");

    private static final double ALL_PERCENT = 100;

    private final int mostNodes;

    OpcUaCommissioning() {
        this(Browser.MOST_NODES);
    }

    /**
     * For a server of some size.
     *
     * @param mostNodes the walk ends with so many seen
     */
    OpcUaCommissioning(int mostNodes) {
        this.mostNodes = mostNodes;
    }

    @Override
    public Map<String, String> firstTag() {
        return Map.of(ADDRESS, SERVER_STATE, TYPE, "int64");
    }

    @Override
    public List<Map<String, String>> firstTags(TestDevice device, String address)
            throws InvalidConfigException {
        var tags = TYPES.stream().map(type -> Map.of(ADDRESS, address, TYPE, type)).toList();
        device.spec(tags);
        return tags;
    }

    @Override
    public List<Reading> read(TestDevice device, String address, Wish wish)
            throws InvalidConfigException, DriverException, InterruptedException {
        var types =
                wish.keys().containsKey(TYPE) ? List.of(wish.keys().getOrDefault(TYPE, "")) : TYPES;
        var tags = new ArrayList<Map<String, String>>();
        for (var type : types) {
            var keys = new LinkedHashMap<>(wish.keys());
            keys.put(ADDRESS, address);
            keys.put(TYPE, type);
            tags.add(keys);
        }
        var values = new ArrayList<List<String>>();
        types.forEach(_ -> values.add(new ArrayList<>()));
        boolean[] good = new boolean[types.size()];
        for (int read = 0; read < wish.reads(); read++) {
            if (read > 0) {
                device.access().clock().sleep(Duration.ofMillis(wish.everyMillis()));
            }
            // A session tells changes only; the present value comes with a new one.
            try (var session = device.open(device.spec(tags))) {
                session.connect();
                for (var sample : session.read()) {
                    values.get(sample.tag()).add(sample.shown());
                    good[sample.tag()] |= sample.good();
                }
            }
        }
        var ranked = ranked(types, values, good);
        for (boolean fits : good) {
            if (fits) {
                return ranked;
            }
        }
        var reason = ranked.isEmpty() ? "none came" : ranked.getFirst().values().getLast();
        throw new DriverException.Refused(
                "there is no value of %s as %s (%s); 'drme-agent browse' lists the nodes with their types"
                        .formatted(address, String.join(", ", types), reason),
                null);
    }

    /** The narrowest type that the server's value fits comes first. */
    private static List<Reading> ranked(
            List<String> types, List<List<String>> values, boolean[] good) {
        var fitting = new ArrayList<Reading>();
        var others = new ArrayList<Reading>();
        for (int i = 0; i < types.size(); i++) {
            if (values.get(i).isEmpty()) {
                continue;
            }
            var keys = Map.of(TYPE, types.get(i));
            boolean first = good[i] && fitting.isEmpty();
            (good[i] ? fitting : others)
                    .add(new Reading(keys, List.copyOf(values.get(i)), first ? ALL_PERCENT : 0));
        }
        fitting.addAll(others);
        return List.copyOf(fitting);
    }

    @Override
    public void browse(TestDevice device, Extent extent, Listener listener)
            throws InvalidConfigException, DriverException, InterruptedException {
        var spec = device.spec(List.of(firstTag()));
        var settings = (OpcUaSettings) spec.settings();
        var pki = new PkiFolder(settings.pki().orElse(device.access().directory().resolve("pki")));
        var steps = new Steps(spec.name(), settings, pki.ownCertificate());
        var tap = new WireTap(settings.mode() == SecurityMode.SIGN_AND_ENCRYPT);
        var timeout = device.access().timeout();
        var client = new Connector(settings, timeout, pki, steps, tap).connect();
        try {
            boolean all =
                    new Browser(client, steps, timeout, mostNodes)
                            .walk(
                                    variable -> listener.found(offer(variable)),
                                    count -> listener.at(count + " nodes seen"));
            if (!all) {
                listener.note(
                        String.format(
                                Locale.ROOT,
                                "the list is not complete: a browse ends at %,d nodes, and the server has more; take the rest from its vendor's list",
                                mostNodes));
            }
        } finally {
            Connector.disconnect(client, timeout);
        }
    }

    private static Offer offer(Browser.Variable variable) {
        return new Offer(variable.name(), variable.keys(), variable.value(), variable.note());
    }
}
